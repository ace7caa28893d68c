package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// smallDisk mounts a disk that takes so many kilobytes. That takes root.
func smallDisk(t *testing.T, kilobytes int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a disk")
	}
	out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dk", kilobytes), "tmpfs", dir).CombinedOutput()
	if err != nil {
		t.Skipf("no disk can be mounted here: %s", out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %s", out)
		}
	})
	return dir
}

// A disk that is full: the backup stops, says so, keeps trying, and loses nothing; when there is room again
// it goes on where it was.
func TestBackupDiskFull(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	dir := smallDisk(t, 512)
	ballast := filepath.Join(dir, "ballast")
	assert.Equal(t, nil, os.WriteFile(ballast, make([]byte, 200<<10), 0o600))
	journal := filepath.Join(dir, "journal")
	b := startBackup(t, journal, n.addr)
	durable(t, n.c, 1)
	base := archive(t, journal).Snapshots[0].Rev
	r := record(t, base+1, n.addr)
	for i := range 100 {
		set(t, n.c, fmt.Sprintf("/big/%d", i%10), client.Clobber, strings.Repeat(fmt.Sprint(i%10), 5000))
	}
	b.logged(t, "cannot write to the disk; trying again")
	b.logged(t, "no space left on device")
	eventually(t, "the status tells of it", func() error {
		_, errs, status := shell(t, n.addr, "doozer-backup status -d "+journal)
		if status != 65 || !strings.Contains(errs, "no space left") {
			return fmt.Errorf("status %d: %s", status, errs)
		}
		return nil
	})
	before := archive(t, journal)
	sound(t, before)
	end, _, err := before.End()
	assert.Equal(t, nil, err)
	sameAsNode(t, before, n, end)

	assert.Equal(t, nil, os.Remove(ballast))
	b.logged(t, "the disk takes what is written again")
	b.kill() // the disk is too small for all of it: see what it has
	a := archive(t, journal)
	after, _, err := a.End()
	assert.Equal(t, nil, err)
	assert.T(t, after > end)
	sameAsWatch(t, a, base+1, after, r.upTo(after))
	sameAsNode(t, a, n, after)
	sound(t, a)
}

// While the disk is full it ends as ever when it is told to, and says what it could not write; the next one asks for that.
func TestBackupEndsOnFullDisk(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	disk := smallDisk(t, 512)
	dir := filepath.Join(disk, "j")
	b := startBackup(t, dir, n.addr)
	durable(t, n.c, 1)
	fill(t, filepath.Join(disk, "ballast"))
	mark := set(t, n.c, "/big", client.Missing, strings.Repeat("x", 9000))
	b.logged(t, "cannot write to the disk; trying again")
	b.signal(syscall.SIGTERM)
	assert.Equal(t, 0, b.status(t, patience))
	b.logged(t, "has not written what came last")
	assert.Equal(t, nil, os.Remove(filepath.Join(disk, "ballast")))
	startBackup(t, dir, n.addr)
	durable(t, n.c, mark)
	sameAsNode(t, archive(t, dir), n, mark)
}
