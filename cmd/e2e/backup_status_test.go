package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// unwell waits until the status of a backup says some text, and has status 65.
func unwell(t *testing.T, dir, text string) {
	t.Helper()
	eventually(t, "the status tells of: "+text, func() error {
		_, errs, status := shell(t, "", "doozer-backup status -d "+dir)
		if status != 65 || !strings.Contains(errs, text) {
			return fmt.Errorf("status %d: %s", status, errs)
		}
		return nil
	})
}

// well waits until it is.
func well(t *testing.T, dir string) {
	t.Helper()
	eventually(t, "the backup is well", func() error {
		if _, errs, status := shell(t, "", "doozer-backup status -d "+dir); status != 0 {
			return fmt.Errorf("status %d: %s", status, errs)
		}
		return nil
	})
}

// fill makes a file that takes all that a disk has left.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	assert.Equal(t, nil, err)
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
}

// What cannot save a snapshot, and so drops nothing, says so for as long, though changes are written.
func TestBackupKeeperFails(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	for i := range 100 {
		set(t, n.c, fmt.Sprintf("/big/%d", i), client.Missing, strings.Repeat("x", 5000))
	}
	disk := smallDisk(t, 1024)
	dir := filepath.Join(disk, "j")
	startBackup(t, dir, n.addr, "-snapshot-age", "1s")
	durable(t, n.c, 1)
	assert.Equal(t, nil, os.WriteFile(filepath.Join(disk, "ballast"), make([]byte, 200<<10), 0o600))
	unwell(t, dir, "failing: keeper: ")
	durable(t, n.c, set(t, n.c, "/x", client.Missing, "x"))
	unwell(t, dir, "failing: keeper: ")
}

// A report that the cluster refuses shows: somebody may wait for it.
func TestBackupReportFails(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	rev := set(t, n.c, "/ctl/backup/a", client.Missing, "a file")
	dir := t.TempDir()
	startProgram(t, "doozer-backup", "the backup", "run", "-d", dir, "-a", n.addr, "-report", "/ctl/backup/a/b")
	unwell(t, dir, "failing: report: set /ctl/backup/a/b: not a directory")
	assert.Equal(t, nil, n.c.Del(timed(t), "/ctl/backup/a", rev))
	well(t, dir)
}

// A disk that is full from the start: the status says so as well as it can.
func TestBackupDiskFullFromTheStart(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	disk := smallDisk(t, 256)
	dir := filepath.Join(disk, "j")
	assert.Equal(t, nil, os.Mkdir(dir, 0o700))
	fill(t, filepath.Join(disk, "ballast"))
	startBackup(t, dir, n.addr).logged(t, "no space left")
	unwell(t, dir, "is the disk full?")
	assert.Equal(t, nil, os.Remove(filepath.Join(disk, "ballast")))
	well(t, dir)
}

// The status of one that was killed is not well from that moment on.
func TestBackupKilledIsNotWell(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	dir := t.TempDir()
	b := startBackup(t, dir, n.addr)
	well(t, dir)
	b.kill()
	_, errs, status := shell(t, n.addr, "doozer-backup status -d "+dir)
	assert.T(t, status == 65 && strings.Contains(errs, "it does not run"), errs)
}
