package journal

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// Reading beside a prune.
func TestReadBesidePrune(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 200})
	put(t, j, 1, 31, 1)
	saveModel(t, dir, 20)
	j.Close()
	a, _ := Read(dir)
	b, _ := Read(dir)
	if _, err := b.Prune(Retention{Revs: 1}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := a.RevAt(time.Unix(revision(5), 0), nil); err != nil && !errors.Is(err, ErrMissing) {
		t.Error("RevAt:", err)
	}
	for _, err := range a.Verify(nil) {
		if err != nil && !errors.Is(err, ErrMissing) {
			t.Error("Verify:", err)
		}
	}
	if _, err := a.At(revision(5), nil); err != nil && !errors.Is(err, ErrMissing) {
		t.Error("At:", err)
	}
	for f, err := range b.Verify(nil) {
		t.Log(f, err)
	}
}

// A bit of the head of the only segment: the snapshots know the cluster, too.
func TestHeadOfTheOnlySegment(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 31, 1)
	path := j.path
	j.Close()
	b := mustRead(t, path)
	b[14] ^= 1
	mustWrite(t, path, b)
	if _, err := Open(dir, Config{Log: quiet}); err != nil {
		t.Error(err)
	}
}

// A torn tail, and then the cluster had forgotten: nothing durable is lost, but verify says damage.
func TestTornTailBeforeAGap(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 5, 1)
	path := j.path
	j.Close()
	f, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	f.Write([]byte("dzjr\x00\x00"))
	f.Close()
	j = open(t, dir, Config{})
	j.Begin("local", "ID", 500)
	emptyAt(t, dir, 500)
	j.Append(record(501))
	j.Commit()
	j.Close()
	a, _ := Read(dir)
	for f := range a.Verify(nil) {
		if !f.Harmless {
			t.Error(f.Err)
		}
	}
}

// A snapshot's file with a far revision in its name, in which nothing is: it decides what is pruned.
func TestPruneForeign(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 200})
	put(t, j, 1, 31, 1)
	saveModel(t, dir, 20)
	j.Close()
	mustWrite(t, SnapshotPath(dir, 9_000_000_000_000_000), nil)
	a, _ := Read(dir)
	removed, err := a.Prune(Retention{Revs: 1_000_000}, time.Now())
	if len(removed) > 0 {
		t.Errorf("keep 1,000,000 revisions; of 90 went %d files %v", len(removed), err)
	}
}

// The floor only rises.
func TestFloorFalls(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 31, 1)
	path := j.path
	j.Close()
	b := mustRead(t, path)
	os.Truncate(path, int64(len(b)/2)) // the disk lost it
	j = open(t, dir, Config{})
	j.Close()
	rev := loadFloor(dir)
	if rev < revision(30) {
		t.Errorf("the floor was %d, and is %d after an Open and a Close", revision(30), rev)
	}
	a, _ := Read(dir)
	harms := 0
	for f := range a.Verify(nil) {
		if !f.Harmless {
			harms++
		}
	}
	if harms == 0 {
		t.Error("verify: nothing is lost")
	}
}

// An old snapshot that is damaged is no reason to take the journal for one that cannot be read back.
func TestPruneErrorIsTakenForSpoilt(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 200})
	put(t, j, 1, 31, 1)
	saveModel(t, dir, 20)
	saveModel(t, dir, 29)
	j.Close()
	path := SnapshotPath(dir, revision(20))
	os.Truncate(path, int64(len(mustRead(t, path)))-1)
	a, _ := Read(dir)
	if _, err := a.At(revision(30), nil); err != nil {
		t.Fatal(err)
	}
	_, err := a.Prune(Retention{Revs: 30}, time.Now())
	if errors.Is(err, ErrNotWhole) {
		t.Errorf("the latest tree can be had, and keeper.look's error is spoilt(): %v", err)
	}
}

// A segment that the writer took back while the folder was read held nothing.
func TestReadBesideAbandon(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 5, 1)
	j.Rotate()
	put(t, j, 5, 6, 1)
	path := j.path
	j.Close()
	a, err := Read(dir)
	assert.Equal(t, nil, err)
	assert.Equal(t, nil, os.Remove(path))
	for f, err := range a.Verify(nil) {
		assert.Equal(t, nil, err)
		assert.T(t, errors.Is(f.Err, errLost), f.Err) // here it was durable
	}
	rev, _, err := a.End()
	assert.Equal(t, nil, err)
	assert.Equal(t, revision(4), rev)
}

// A snapshot alone is enough to go on from.
func TestOpenSnapshotAlone(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, nil, based(t, dir, Config{}).Close())
	j := open(t, dir, Config{})
	assert.Equal(t, int64(begin), j.Rev())
	put(t, j, 1, 5, 1)
	assert.Equal(t, nil, j.Close())
	revs, _, _ := contents(t, dir)
	assert.Equal(t, revisions(4), revs)
	sound(t, dir)
}
