package journal

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/bmizerany/assert"
)

// disk is one that takes so many bytes more, and whose fsync fails at times.
type disk struct {
	room      int
	failSyncs int
	noCut     bool // files cannot be truncated
}

type diskFile struct {
	*os.File
	d *disk
}

func (d *disk) create(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	return &diskFile{f, d}, err
}

func (f *diskFile) Write(b []byte) (int, error) {
	n, err := f.File.Write(b[:min(len(b), f.d.room)])
	f.d.room -= n
	if err == nil && n < len(b) {
		err = syscall.ENOSPC
	}
	return n, err
}

// Sync loses, when it fails, what was not synced, as Linux does.
func (f *diskFile) Sync() error {
	if f.d.failSyncs > 0 {
		f.d.failSyncs--
		size, err := f.File.Seek(0, 2)
		if err == nil {
			_, err = f.File.WriteAt(make([]byte, min(size, 20)), size-min(size, 20))
		}
		return errors.Join(syscall.EIO, err)
	}
	return nil
}

func (f *diskFile) Truncate(size int64) error {
	if f.d.noCut {
		return syscall.EIO
	}
	return f.File.Truncate(size)
}

// A disk that is full after any number of bytes: Commit fails and goes on failing, nothing that was
// durable is lost, nothing that was not is taken for durable; and when there is room again it goes on.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	for room := range 3000 {
		d := &disk{room: room, noCut: room%2 == 0}
		dir := t.TempDir()
		j := based(t, dir, Config{SegmentBytes: 250, create: d.create})
		durable := 0
		var err error
		for i := 1; i <= 10; i++ {
			assert.Equal(t, nil, j.Append(record(revision(i))))
			if err = j.Commit(); err != nil {
				break
			}
			durable = i
		}
		if err == nil {
			return // all of it found room
		}
		assert.T(t, errors.Is(err, syscall.ENOSPC), err)
		assert.T(t, errors.Is(j.Commit(), syscall.ENOSPC))
		assert.Equal(t, revision(durable), j.Rev())
		revs, _, gaps := contents(t, copyOf(t, dir))
		assert.Equal(t, fmt.Sprint(revisions(durable)), fmt.Sprint(revs[:durable]), room)
		assert.Equal(t, 0, len(gaps))

		d.room = 1 << 20
		assert.Equal(t, nil, j.Commit())
		put(t, j, durable+2, 11, 1)
		assert.Equal(t, nil, j.Close())
		revs, damage, gaps := contents(t, dir)
		assert.Equal(t, revisions(10), revs, room)
		assert.Equal(t, 0, len(damage)+len(gaps), room)
		sound(t, dir)
	}
	t.Fatal("the disk was always full")
}

// After a failed fsync what was not durable is written anew, elsewhere: the same fsync
// would succeed, and nothing be on disk.
func TestFailedSync(t *testing.T) {
	for failed := 1; failed <= 3; failed++ {
		for _, noCut := range []bool{false, true} {
			d := &disk{room: 1 << 20, noCut: noCut}
			dir := t.TempDir()
			j := based(t, dir, Config{create: d.create})
			put(t, j, 1, 6, 2)
			d.failSyncs = failed
			for i := 6; i < 9; i++ {
				assert.Equal(t, nil, j.Append(record(revision(i))))
			}
			for range failed {
				assert.T(t, errors.Is(j.Commit(), syscall.EIO))
				assert.Equal(t, revision(5), j.Rev())
			}
			assert.Equal(t, nil, j.Commit())
			put(t, j, 9, 12, 1)
			assert.Equal(t, nil, j.Close())
			revs, damage, gaps := contents(t, dir)
			assert.Equal(t, revisions(11), revs)
			assert.Equal(t, 0, len(damage)+len(gaps))
			sound(t, dir)
		}
	}
}
