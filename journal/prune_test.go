package journal

import (
	"errors"
	"math"
	"os"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// kept prunes a copy of a folder, and returns from which record on the tree can still be had.
func kept(t *testing.T, dir string, r Retention, now time.Time) (first int) {
	t.Helper()
	dir = copyOf(t, dir)
	a, err := Read(dir)
	assert.Equal(t, nil, err)
	_, err = a.Prune(r, now)
	assert.Equal(t, nil, err)
	a, err = Read(dir)
	assert.Equal(t, nil, err)
	for first = 0; ; first++ {
		if _, err := a.At(revision(first), nil); err == nil {
			break
		}
	}
	for i := first; i <= 30; i++ {
		tree, err := a.At(revision(i), nil)
		assert.Equal(t, nil, err)
		sameTree(t, model(i), tree)
	}
	for f, err := range a.Verify(nil) {
		assert.Equal(t, nil, err)
		assert.T(t, f.Harmless, f.Err)
	}
	j := open(t, dir, Config{})
	assert.Equal(t, revision(30), j.Rev())
	assert.Equal(t, nil, j.Close())
	return first
}

// What goes is what a bound lets go, and no snapshot's changes without the snapshot.
func TestPrune(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 200})
	put(t, j, 1, 31, 1)
	for _, n := range []int{10, 20, 27} {
		saveModel(t, dir, n)
	}
	assert.Equal(t, nil, j.Close())
	at := func(i int) time.Time { return time.Unix(revision(i), 0) }
	a, err := Read(dir)
	assert.Equal(t, nil, err)
	for _, c := range []struct {
		r    Retention
		now  time.Time
		want int
	}{
		{Retention{}, at(1000), 0},
		{Retention{Age: time.Hour}, at(30), 0},
		{Retention{Age: 6 * time.Second}, at(12), 10}, // two records back
		{Retention{Age: 6 * time.Second}, at(11), 0},
		{Retention{Age: time.Second}, at(1000), 27},
		{Retention{Revs: 9}, at(30), 27},
		{Retention{Revs: 10}, at(30), 20},
		{Retention{Revs: 1 << 40}, at(30), 0},
		{Retention{Bytes: math.MaxInt64}, at(30), 0},
		{Retention{Bytes: 1}, at(30), 27},
		{Retention{Bytes: a.bytesFrom(1)}, at(30), 10},
		{Retention{Bytes: a.bytesFrom(1) - 1}, at(30), 20},
		{Retention{Bytes: a.bytesFrom(1), Revs: 10, Age: time.Hour}, at(30), 20},
	} {
		assert.Equal(t, c.want, kept(t, dir, c.r, c.now), c.r)
	}
}

// Nothing is pruned for the sake of a snapshot that is not whole.
func TestPruneDamaged(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 200})
	put(t, j, 1, 31, 1)
	saveModel(t, dir, 20)
	assert.Equal(t, nil, j.Close())
	path := SnapshotPath(dir, revision(20))
	assert.Equal(t, nil, os.Truncate(path, int64(len(mustRead(t, path)))-1))
	a, err := Read(dir)
	assert.Equal(t, nil, err)
	removed, err := a.Prune(Retention{Revs: 1}, time.Now())
	assert.NotEqual(t, nil, err)
	assert.Equal(t, 0, len(removed))
	tree, err := a.At(revision(30), nil)
	assert.Equal(t, nil, err)
	sameTree(t, model(30), tree)
}

// A restored cluster begins above all that the dead one can have given out.
func TestRestoreRev(t *testing.T) {
	heard := time.Unix(1_800_000_000, 0)
	h := &Head{Rev: 500, Last: 1000, LastTime: heard.UnixNano()}
	for _, c := range []struct {
		after time.Duration
		want  int64
	}{
		{0, 1_000_001_000}, {time.Microsecond, 1_000_001_001}, {time.Second, 1_001_001_000}, {time.Hour, 4_600_001_000}, {-time.Hour, 1_000_001_000},
	} {
		rev, err := h.RestoreRev(heard.Add(c.after))
		assert.Equal(t, nil, err)
		assert.Equal(t, c.want, rev, c.after)
	}
	for _, last := range []int64{1 << 53, 1<<53 - 1_000_000_000, math.MaxInt64, -1} {
		_, err := (&Head{Last: last, Rev: last, LastTime: heard.UnixNano()}).RestoreRev(heard)
		assert.NotEqual(t, nil, err, last)
	}
	rev, err := (&Head{Last: 1}).RestoreRev(heard) // nobody knows when: since 1970
	assert.T(t, err == nil && rev > 1_800_000_000_000_000, rev, err)
}

// An empty folder, and one of other things, is no journal, and one that is not there is not either.
func TestNoJournal(t *testing.T) {
	dir := t.TempDir()
	_, err := Read(dir)
	assert.T(t, errors.Is(err, ErrNotJournal), err)
	mustWrite(t, dir+"/1.seg", nil)
	mustWrite(t, dir+"/00000001-000000000000010x.seg", nil)
	_, err = Read(dir)
	assert.T(t, errors.Is(err, ErrNotJournal), err)
	_, err = Read(dir + "/none")
	assert.T(t, errors.Is(err, os.ErrNotExist), err)
	mustWrite(t, dir+"/x", []byte("hello"))
	_, err = LoadSnapshot(dir + "/x")
	assert.T(t, errors.Is(err, ErrNotJournal), err)
	mustWrite(t, dir+"/x", nil)
	_, err = LoadSnapshot(dir + "/x")
	assert.T(t, errors.Is(err, ErrNotJournal), err)
}
