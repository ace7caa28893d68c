package journal

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"testing"
	"time"
)

// More than 256 KiB that a disk cannot read: what comes after it is there, and is passed over without a word.
func TestManyUnreadableBlocks(t *testing.T) {
	var b []byte
	value := bytes.Repeat([]byte("x"), 3000)
	const n = 1000
	for i := range n {
		r := &Record{Rev: int64(i + 1), Step: 1, Changes: []*Change{{Path: "/a", Value: value}}}
		b = appendFrame(b, place{1, int64(len(b))}, kindRecord, r)
	}
	bad := func(at int64) bool { return at/blockBytes >= 5 && at/blockBytes < 5+100 }
	sc := newScanner(&patient{src: failing{bytes.NewReader(b), bad}}, "x", 1)
	good, passed := 0, int64(0)
	for {
		_, msg, _, err := sc.next()
		var d *Damage
		if errors.Is(err, io.EOF) {
			break
		} else if errors.As(err, &d) {
			passed += d.Len
			t.Log(d)
		} else {
			good++
			passed += headerLen + int64(len(msg))
		}
	}
	if passed < int64(len(b)) || good < n-150 {
		t.Errorf("%d of %d records, %d of %d bytes accounted for", good, n, passed, len(b))
	}
}

// A newer era whose snapshot is damaged: what does Open go on with?
func TestNewerEraDamaged(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 31, 1)
	j.Keep()
	emptyAt(t, dir, 2_000_000_000)
	j.Begin("local", "ID2", 2_000_000_000)
	j.Keep()
	j.Append(record(2_000_000_001))
	j.Commit()
	j.Close()
	flip(t, SnapshotPath(dir, 2_000_000_000), 20)
	j = open(t, dir, Config{})
	name, id := j.Cluster()
	t.Log(j.Rev(), name, id, j.top)
	if err := j.Begin("local", "ID2", 2_000_000_005); err != nil {
		t.Error(err)
	}
	emptyAt(t, dir, 2_000_000_005)
	j.Append(record(2_000_000_006))
	if err := j.Commit(); err != nil {
		t.Error(err)
	}
	j.Keep()
	j.Close()
	a, _ := Read(dir)
	for _, rev := range []int64{revision(30), 2_000_000_006} {
		if _, err := a.At(rev, nil); err != nil {
			t.Error(err)
		}
	}
	for f := range a.Verify(nil) {
		t.Log(f)
	}
}

// fsync fails, and what was written cannot be cut off; the tool begins anew after a gap, and is killed before
// the snapshot is there. The tail is in the kernel's memory alone, and is not of the last segment.
func TestPageCacheBeforeATrial(t *testing.T) {
	dir := t.TempDir()
	synced := map[string]int64{}
	var failSync, failTrunc, killWrite bool
	mk := func(path string) (file, error) {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		return &sickFile{File: f, synced: synced, path: path[:len(path)-len(tempSuffix)], failSync: &failSync, failTrunc: &failTrunc, killWrite: &killWrite}, err
	}
	j := based(t, dir, Config{create: mk})
	j.Keep()
	put(t, j, 1, 4, 1)
	failSync, failTrunc = true, true
	j.Append(record(revision(4)))
	if j.Commit() == nil {
		t.Fatal("no failure")
	}
	j.Begin("local", "ID", 500)
	j.Append(record(501))
	if err := j.Commit(); err != nil {
		t.Fatal(err)
	}
	j.lock.Unlock() // kill -9
	j = open(t, dir, Config{create: mk, sync: func(path string) error {
		info, err := os.Stat(path)
		synced[path] = info.Size()
		return err
	}})
	durable := j.Rev()
	j.lock.Unlock()
	for _, p := range segments(t, dir) {
		os.Truncate(p, synced[p]) // power cut
	}
	a, _ := Read(dir)
	if _, err := a.At(durable, nil); err != nil {
		t.Errorf("reported durable, and lost: %v", err)
	}
}

// A tail that could not be cut off has records beyond what the next segments tell: they are there, or not,
// depending on where one begins to read.
func TestUpToOfAnUncutTail(t *testing.T) {
	dir := t.TempDir()
	synced := map[string]int64{}
	var failSync, failTrunc, killWrite bool
	mk := func(path string) (file, error) {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		return &sickFile{File: f, synced: synced, path: path[:len(path)-len(tempSuffix)], failSync: &failSync, failTrunc: &failTrunc, killWrite: &killWrite}, err
	}
	j := based(t, dir, Config{create: mk})
	put(t, j, 1, 4, 1)
	failSync, failTrunc = true, true
	for i := 4; i < 8; i++ {
		j.Append(record(revision(i)))
	}
	if j.Commit() == nil {
		t.Fatal("no failure")
	}
	killWrite = true
	done := make(chan bool)
	go func() { defer close(done); j.Commit() }() // begins a segment, and is killed
	<-done
	j.lock.Unlock()
	killWrite, failTrunc = false, false
	j = open(t, dir, Config{create: mk})
	if j.Rev() != revision(7) {
		t.Skip(j.Rev())
	}
	put(t, j, 8, 10, 1)
	j.Close()
	a, _ := Read(dir)
	for _, from := range []int64{begin + 1, revision(5)} {
		for r, err := range a.Records(from, math.MaxInt64) {
			if r == nil {
				t.Errorf("from %d on: %v; %d was reported durable", from, err, revision(7))
			}
		}
	}
}

// Segments that overlap, and a prune: the last one stays, and goes less far than the one that was dropped.
func TestPruneOfOverlapping(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	j.Keep()
	put(t, j, 1, 11, 1)
	first := j.path
	j.Close()
	flip(t, first, len(mustRead(t, first))/2)
	j = open(t, dir, Config{})
	next := 0
	for i := 1; i <= 10; i++ {
		if revision(i) == j.Rev() {
			next = i + 1
		}
	}
	put(t, j, next, next+2, 1) // the cluster had what was lost
	j.Close()
	j = open(t, dir, Config{})
	if j.Rev() != revision(10) {
		t.Fatal(j.Rev())
	}
	saveModel(t, dir, 10)
	a, _ := Read(dir)
	if _, err := a.Prune(Retention{Revs: 0, Bytes: 1}, time.Now()); err != nil {
		t.Fatal(err)
	}
	put(t, j, 11, 13, 1)
	j.Close()
	if n, all := harms(t, dir); n != 0 {
		t.Errorf("all that is kept is there, and verify: %q", all)
	}
}
