package journal

import (
	"os"
	"runtime"
	"testing"
)

// stopped is a file whose process is killed after the write and before the fsync.
type stopped struct {
	*os.File
	synced *int64
	kill   *bool
}

func (f stopped) Sync() error {
	if *f.kill {
		runtime.Goexit() // kill -9
	}
	info, err := f.Stat()
	*f.synced = info.Size()
	return err
}

// kill -9 between write and fsync; the tool is started again, reads from the page cache what was
// never synced, takes it for durable, goes on in a new segment; then the power fails.
// What Open does not sync is lost, and Rev() had said that it is durable.
func TestPageCacheIsNotDisk(t *testing.T) {
	dir := t.TempDir()
	var synced int64
	kill := false
	j := based(t, dir, Config{create: func(path string) (file, error) {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		return stopped{f, &synced, &kill}, err
	}})
	put(t, j, 1, 4, 1)
	path := j.path
	kill = true
	done := make(chan bool)
	go func() {
		defer close(done)
		j.Append(record(revision(4)))
		j.Commit()
	}()
	<-done
	j.lock.Unlock()

	j = open(t, dir, Config{sync: func(path string) error {
		info, err := os.Stat(path)
		synced = info.Size()
		return err
	}})
	durable := j.Rev() // reported: status, metrics, wait-durable
	put(t, j, 5, 8, 1) // reported, too: in a new segment, which is synced
	last := j.Rev()
	j.lock.Unlock()
	t.Log("reported durable after the restart:", durable, "then", last)

	os.Truncate(path, synced) // the power fails: what was not synced is gone
	a, _ := Read(dir)
	for _, rev := range []int64{durable, last} {
		if _, err := a.At(rev, nil); err != nil {
			t.Errorf("reported durable, and lost: %v", err)
		}
	}
}
