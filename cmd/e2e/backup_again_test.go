package e2e

import (
	"fmt"
	"strings"
	"testing"

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
