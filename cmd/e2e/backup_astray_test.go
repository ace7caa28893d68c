package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// Another cluster of the same name, where the journal's was, is not written to the journal. One that was
// restored from it is, after a gap.
func TestBackupKnowsItsCluster(t *testing.T) {
	t.Parallel()
	addr := freeAddr(t)
	n := startNode(t, "A", "-l", addr)
	dir, snap := t.TempDir(), t.TempDir()+"/snap"
	b := startBackup(t, dir, addr)
	old := set(t, n.c, "/precious", client.Missing, "gold")
	durable(t, n.c, old)
	n.kill()
	other := startNode(t, "B", "-l", addr)
	b.logged(t, "another cluster")
	for range 50 {
		set(t, other.c, "/rubbish", client.Clobber, "x")
	}
	again := startProgram(t, "doozer-backup", "another", "run", "-d", t.TempDir()+"/j", "-a", addr, "-report", "x")
	assert.Equal(t, 64, again.status(t, patience))
	b.kill()
	again = startBackup(t, dir, addr)
	assert.Equal(t, 69, again.status(t, patience))
	assert.T(t, strings.Contains(again.stderr.String(), "another cluster"), again.stderr.String())
	end, _, err := archive(t, dir).End()
	assert.Equal(t, nil, err)
	assert.T(t, end >= old)
	other.kill()

	tree, err := archive(t, dir).At(old, nil)
	assert.Equal(t, nil, err)
	tree.Head.Last, tree.Head.LastTime = end, tree.Head.Time
	assert.Equal(t, nil, saveTree(snap, tree))
	b = startBackup(t, dir, addr) // nobody is there yet
	assert.Equal(t, 69, b.status(t, patience))
	c := startNode(t, "C", "-l", addr, "-restore", snap)
	b = startBackup(t, dir, addr)
	b.logged(t, "changes are missing")
	value, rev := get(t, c.c, "/precious")
	assert.Equal(t, "gold", value)
	assert.T(t, rev > end+1_000_000_000, rev)
	mark := set(t, c.c, "/precious", rev, "silver")
	durable(t, c.c, mark)
	a := archive(t, dir)
	sameAsNode(t, a, c, mark)
	sound(t, a)
	before, err := a.At(old, nil)
	assert.Equal(t, nil, err)
	assert.Equal(t, "gold", string(before.Files["/precious"].Value))
	assert.T(t, !strings.Contains(fmt.Sprint(a.At(end, nil)), "rubbish"))
}

func saveTree(path string, t *journal.Tree) error {
	all, err := store.CompileGlob("/**")
	if err != nil {
		return err
	}
	return journal.SaveSnapshot(path, t.Head, t.Match(all))
}
