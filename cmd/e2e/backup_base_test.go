package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
)

// Where the only snapshot cannot be read nothing is durable, until there is another one.
func TestBackupDamagedBase(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	dir := t.TempDir()
	b := startBackup(t, dir, n.addr)
	durable(t, n.c, set(t, n.c, "/x", client.Missing, "x"))
	b.kill()
	assert.Equal(t, nil, os.Truncate(archive(t, dir).Snapshots[0].Path, 0))
	startBackup(t, dir, n.addr).logged(t, "a snapshot cannot be read")
	mark := set(t, n.c, "/y", client.Missing, "y")
	durable(t, n.c, mark)
	sameAsNode(t, archive(t, dir), n, mark)
}

// A snapshot of the cluster for which the disk has no room leaves nothing behind.
func TestBackupNoRoomForBase(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	for i := range 400 {
		set(t, n.c, fmt.Sprintf("/big/%d", i), client.Missing, strings.Repeat("x", 5000))
	}
	dir := filepath.Join(smallDisk(t, 1024), "j")
	b := startBackup(t, dir, n.addr)
	const failed = "cannot begin with a snapshot"
	eventually(t, "it was tried twice", func() error {
		set(t, n.c, "/small", client.Clobber, "x")
		if tries := strings.Count(b.stderr.String(), failed); tries < 2 {
			return fmt.Errorf("%d times", tries)
		}
		return nil
	})
	a, err := journal.Read(dir)
	if err != nil {
		fails(t, journal.ErrNotJournal, err)
		a = new(journal.Archive)
	}
	assert.T(t, len(a.Segments) <= 1 && len(a.Snapshots) == 0, a.Segments, a.Snapshots)
	temps, err := filepath.Glob(filepath.Join(dir, ".*.tmp"))
	assert.T(t, err == nil && len(temps) <= 1, temps)
	_, errs, status := shell(t, n.addr, "doozer-backup status -d "+dir)
	assert.Equal(t, 65, status, errs)
}
