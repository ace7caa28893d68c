package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// deadCluster is what is left of a cluster that a backup followed up to the write of /kept, at revision kept, and that
// died after one more, at revision lost.
type deadCluster struct {
	dir, snap, addr string
	kept, lost      int64
}

func newDeadCluster(t *testing.T) *deadCluster {
	t.Helper()
	d := &deadCluster{dir: t.TempDir() + "/j", snap: t.TempDir() + "/snap", addr: freeAddr(t)}
	n := startNode(t, "A", "-l", d.addr)
	b := startBackup(t, d.dir, d.addr)
	d.kept = set(t, n.c, "/kept", client.Missing, "x")
	durable(t, n.c, d.kept)
	b.kill()
	d.lost = set(t, n.c, "/lost", client.Missing, "x")
	n.kill()
	d.restore(t, d.snap)
	return d
}

// restore makes a snapshot of what the backup has.
func (d *deadCluster) restore(t *testing.T, snap string, flags ...string) {
	t.Helper()
	_, errs, status := shell(t, d.addr, fmt.Sprintf("doozer-backup restore -d %s -o %s %s", d.dir, snap, strings.Join(flags, " ")))
	assert.Equal(t, 0, status, errs)
}

// A write that was lost with a cluster is not told to be durable in the one that was made from it, and those that
// were saved are.
func TestWaitDurableOfLostWrite(t *testing.T) {
	t.Parallel()
	d := newDeadCluster(t)
	n := startNode(t, "B", "-l", d.addr, "-restore", d.snap)
	startBackup(t, d.dir, d.addr)
	expectFile(t, n.c, report)
	_, rev := get(t, n.c, "/lost")
	assert.Equal(t, int64(client.Missing), rev)
	_, errs, status := shell(t, d.addr, fmt.Sprintf("doozer -t 5 wait-durable %d", d.lost))
	assert.Equal(t, 4, status, errs)
	assert.T(t, oneLine(errs, fmt.Sprintf("doozer: too late: revision %d was lost", d.lost)), errs)
	_, first := get(t, n.c, "/kept")
	for _, rev := range []int64{d.kept, first, set(t, n.c, "/new", client.Missing, "x")} {
		prints(t, d.addr, fmt.Sprintf("doozer -t 10 wait-durable %d", rev))
	}
}

// apart is the time between two clusters that are made from one snapshot: where one begins is a matter of the second.
const apart = 1100 * time.Millisecond

// The backup goes on with whatever was restored from what it has: a second cluster from the same snapshot, and one from
// data of an older cluster.
func TestBackupGoesOnAfterEachRestore(t *testing.T) {
	t.Parallel()
	d := newDeadCluster(t)
	follow := func(name, snap string) (b *process, n *node) {
		pause(apart)
		n = startNode(t, name, "-l", d.addr, "-restore", snap)
		b = startBackup(t, d.dir, d.addr)
		expectFile(t, n.c, report)
		return b, n
	}
	for _, name := range []string{"B", "C"} {
		b, n := follow(name, d.snap)
		durable(t, n.c, set(t, n.c, "/of"+name, client.Missing, "x"))
		b.kill()
		n.kill()
	}
	older := t.TempDir() + "/older"
	d.restore(t, older, "-rev", fmt.Sprint(d.kept))
	_, n := follow("D", older)
	mark := set(t, n.c, "/kept", client.Clobber, "anew")
	durable(t, n.c, mark)
	a := archive(t, d.dir)
	sameAsNode(t, a, n, mark)
	sound(t, a)
}

// A node of a cluster that was replaced in the journal is refused.
func TestBackupRefusesTheReplaced(t *testing.T) {
	t.Parallel()
	d := newDeadCluster(t)
	survivor := startNode(t, "B", "-restore", d.snap)
	b := startBackup(t, d.dir, survivor.addr)
	expectFile(t, survivor.c, report)
	b.kill()
	pause(apart)
	never := startNode(t, "C", "-restore", d.snap) // the tool does not hear of it in time
	pause(apart)
	n := startNode(t, "D", "-l", d.addr, "-restore", d.snap)
	b = startBackup(t, d.dir, d.addr)
	expectFile(t, n.c, report)
	b.kill()
	for _, old := range []*node{survivor, never} {
		b := startBackup(t, d.dir, old.addr)
		assert.Equal(t, 69, b.status(t, patience))
		assert.T(t, strings.Contains(b.stderr.String(), "another cluster"), b.stderr.String())
	}
}
