package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func flip(t *testing.T, path string, at int) {
	t.Helper()
	b := mustRead(t, path)
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 1
	mustWrite(t, path, b)
}

func harms(t *testing.T, dir string) (n int, all []string) {
	t.Helper()
	a, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	for f, err := range a.Verify(nil) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprint(f.Harmless, " ", f.Err))
		if !f.Harmless {
			n++
		}
	}
	return n, all
}

// One bit of one segment's head: nothing is ever pruned again, of what came before, nor of what comes after.
func TestPruneBesideADamagedHead(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 200})
	put(t, j, 1, 301, 1)
	saveModel(t, dir, 100)
	saveModel(t, dir, 200)
	saveModel(t, dir, 300)
	j.Close()
	segs := segments(t, dir)
	flip(t, segs[3], 20)
	a, _ := Read(dir)
	removed, err := a.Prune(Retention{Revs: 1}, time.Now())
	left := segments(t, dir)
	t.Log(len(segs), "segments, removed", len(removed), "files, left", len(left), err)
	if len(left) > len(segs)/2 {
		t.Errorf("%d of %d segments are kept for ever", len(left), len(segs))
	}
}

// With such a head, At and Open read the whole folder.
func TestReadBesideADamagedHead(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 200})
	put(t, j, 1, 301, 1)
	saveModel(t, dir, 300)
	j.Close()
	segs := segments(t, dir)
	cost := func() (n int64) {
		a, _ := Read(dir)
		if _, err := a.At(revision(300), func(b int64) error { n += b; return nil }); err != nil {
			t.Fatal(err)
		}
		c := &cursor{from: revision(300) + 1, to: 1 << 60, progress: func(b int64) error { n += b; return nil }, yield: func(*Record, error) bool { return true }}
		a.read(c)
		return n
	}
	before := cost()
	flip(t, segs[len(segs)-2], 20)
	if after := cost(); after > 10*before {
		t.Errorf("going on takes %d bytes read, instead of %d", after, before)
	}
}

// One snapshot whose head cannot be read stops the retention by age for ever.
func TestPruneByAgeBesideADamagedSnapshot(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 200})
	put(t, j, 1, 101, 1)
	for _, i := range []int{20, 40, 60, 80, 100} {
		saveModel(t, dir, i)
	}
	j.Close()
	flip(t, SnapshotPath(dir, revision(20)), 20)
	a, _ := Read(dir)
	removed, err := a.Prune(Retention{Age: time.Hour}, time.Now()) // the times are of 1970
	if len(removed) == 0 {
		t.Errorf("nothing is dropped, though all are 50 years old: %v", err)
	}
}

// The end of the last segment is hit, and the keeper had made a snapshot there.
func TestVerifyEndBelowASnapshot(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 11, 1)
	saveModel(t, dir, 10)
	path := j.path
	j.Close()
	b := mustRead(t, path)
	os.Truncate(path, int64(len(b)/2))
	a, _ := Read(dir)
	if _, err := a.At(revision(9), nil); err == nil {
		t.Fatal("nothing is lost")
	}
	if n, all := harms(t, dir); n == 0 {
		t.Errorf("half of what was durable is lost, and verify: %q", all)
	}
	// and after the tool is started again: the gap that it infers is "stated"
	j = open(t, dir, Config{})
	put(t, j, 11, 13, 1)
	j.Close()
	if n, all := harms(t, dir); n == 0 {
		t.Errorf("and once it went on: %q", all)
	}
}

// What was durable is hit at the end of a segment, before a gap that is stated.
func TestVerifyLossBeforeAStatedGap(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 11, 1)
	path := j.path
	j.Begin("local", "ID", 500)
	emptyAt(t, dir, 500)
	j.Keep()
	j.Append(record(501))
	j.Commit()
	j.Close()
	if n, all := harms(t, dir); n != 0 {
		t.Fatal(all)
	}
	flip(t, path, -3)
	if n, all := harms(t, dir); n == 0 {
		t.Errorf("revision %d was durable and is lost, and verify: %q", revision(10), all)
	}
	os.Remove(path)
	if n, all := harms(t, dir); n == 0 {
		t.Errorf("a whole segment is lost, and verify: %q", all)
	}
}

// No snapshot is left, so no revision can be had.
func TestVerifyNoSnapshot(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 11, 1)
	j.Close()
	os.Remove(SnapshotPath(dir, begin))
	a, _ := Read(dir)
	if _, err := a.At(revision(10), nil); err == nil {
		t.Fatal("nothing is lost")
	}
	if n, all := harms(t, dir); n == 0 {
		t.Errorf("nothing can be had, and verify: %q", all)
	}
}

// What is taken back was never durable.
func TestFloorOfATrial(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 4, 1)
	j.Keep()
	j.floor.saved = time.Time{}
	j.Begin("local", "ID", 500)
	j.Append(record(501))
	j.Commit()
	if err := j.Withdraw(); err != nil {
		t.Fatal(err)
	}
	if n, all := harms(t, dir); n != 0 {
		t.Errorf("nothing durable is lost, and verify: %q", all)
	}
	j.Close()
}

// What is taken back goes in the wrong order: what a kill in the middle leaves is an unknown gap.
func TestWithdrawHalf(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 1})
	put(t, j, 1, 4, 1)
	j.Keep()
	j.Begin("local", "ID", 500)
	for rev := int64(501); rev < 505; rev++ {
		j.Append(record(rev))
		j.Commit()
	}
	second := j.begun[1]
	os.Remove(second)
	os.MkdirAll(filepath.Join(second, "x"), 0o700) // stands for one that cannot be removed, or a kill there
	if j.Withdraw() == nil {
		t.Fatal("it was removed")
	}
	j.Close()
	if n, all := harms(t, dir); n != 0 {
		t.Errorf("nothing durable is lost, and verify: %q", all)
	}
}

type sickFile struct {
	*os.File
	synced              map[string]int64
	path                string
	failSync, failTrunc *bool
	killWrite           *bool
	writes              int
}

func (f *sickFile) Write(b []byte) (int, error) {
	if f.writes++; *f.killWrite && f.writes == 2 {
		runtime.Goexit()
	}
	return f.File.Write(b)
}
func (f *sickFile) Sync() error {
	if *f.failSync {
		*f.failSync = false
		return errors.New("eio")
	}
	info, err := f.Stat()
	f.synced[f.path] = info.Size()
	return err
}
func (f *sickFile) Truncate(n int64) error {
	if *f.failTrunc {
		return errors.New("eio")
	}
	return f.File.Truncate(n)
}

// fsync fails, what was written cannot be cut off, a new segment is begun, kill -9; power cut. Open syncs
// only the last segment, and takes the page cache of the one before for the disk.
func TestPageCacheOfTheLastButOne(t *testing.T) {
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
	j.Append(record(revision(4)))
	if j.Commit() == nil {
		t.Fatal("no failure")
	}
	killWrite = true
	done := make(chan bool)
	go func() { defer close(done); j.Commit() }()
	<-done
	j.lock.Unlock()
	killWrite, failTrunc = false, false
	j = open(t, dir, Config{create: mk, sync: func(path string) error {
		info, err := os.Stat(path)
		synced[path] = info.Size()
		return err
	}})
	durable := j.Rev()
	put(t, j, 5, 8, 1)
	j.Close()
	for _, p := range segments(t, dir) {
		os.Truncate(p, synced[p]) // power cut
	}
	a, _ := Read(dir)
	for _, rev := range []int64{durable, revision(7)} {
		if _, err := a.At(rev, nil); err != nil {
			t.Errorf("reported durable, and lost: %v", err)
		}
	}
}

// A foreign file with a far revision in its name.
func TestStrayNames(t *testing.T) {
	for _, name := range []string{"9000000000000000.snap", "00000099-9000000000000000.seg"} {
		dir := t.TempDir()
		j := based(t, dir, Config{SegmentBytes: 200})
		put(t, j, 1, 31, 1)
		j.Close()
		mustWrite(t, filepath.Join(dir, name), []byte("x"))
		j = open(t, dir, Config{})
		if err := j.Begin("local", "ID", 1000); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		j.Close()
		// it was noticed, and removed; but in between something was written
		j = open(t, dir, Config{})
		put(t, j, 31, 32, 1)
		j.Close()
		os.Remove(filepath.Join(dir, name))
		j = open(t, dir, Config{})
		put(t, j, 32, 100, 1)
		saveModel(t, dir, 99)
		j.Rotate()
		put(t, j, 100, 101, 1)
		j.Close()
		a, _ := Read(dir)
		a.Prune(Retention{Revs: 1}, time.Now())
		if left := segments(t, dir); len(left) > 2 {
			t.Errorf("%s: after it was removed %d segments stay for ever", name, len(left))
		}
	}
}

// A segment's number that has no next one: what is written goes to files that are no segments.
func TestStrayNumber(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 4, 1)
	j.Close()
	mustWrite(t, filepath.Join(dir, "9223372036854775807-0000000000000100.seg"), nil)
	j = open(t, dir, Config{})
	put(t, j, 4, 6, 1)
	t.Log(j.path, j.Rev())
	j.Close()
	a, _ := Read(dir)
	if _, err := a.At(revision(5), nil); err != nil {
		t.Errorf("was durable: %v", err)
	}
}

// The file that tells what was durable cannot be read: that is no reason to have nothing.
func TestFloorUnreadable(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 4, 1)
	j.Close()
	path := filepath.Join(dir, floorName)
	os.Remove(path)
	os.Mkdir(path, 0o700) // stands for EIO
	if _, err := Read(dir); err != nil {
		t.Errorf("restore: %v", err)
	}
	if _, err := Open(dir, Config{Log: quiet}); err != nil {
		t.Errorf("run: %v", err)
	}
}

// One bit of the floor, which has no checksum: verify cries wolf for ever.
func TestFloorFlipped(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	j.Keep()
	put(t, j, 1, 4, 1)
	j.Close()
	b := mustRead(t, filepath.Join(dir, floorName))
	b[0] ^= 8 // "1" becomes "9"
	mustWrite(t, filepath.Join(dir, floorName), b)
	j = open(t, dir, Config{})
	put(t, j, 4, 9, 1)
	j.Close()
	if n, all := harms(t, dir); n != 0 {
		t.Errorf("all is there, and verify: %q", all)
	}
}

// Damage in the second of two copies is not told of.
func TestDamageInACopy(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 11, 1)
	first := j.path
	j.Close()
	b := mustRead(t, first)
	h := append([]byte(nil), b...)
	h[len(h)/2] ^= 1
	mustWrite(t, first, h)
	j = open(t, dir, Config{})
	from := 0
	for i := 1; i <= 10; i++ {
		if revision(i) == j.Rev() {
			from = i + 1
		}
	}
	put(t, j, from, 11, 1)
	second := j.path
	j.Close()
	mustWrite(t, first, b) // repaired, say: now both are whole
	if n, all := harms(t, dir); n != 0 || len(all) != 0 {
		t.Fatal(all)
	}
	flip(t, second, len(mustRead(t, second))/2)
	if _, all := harms(t, dir); len(all) == 0 {
		t.Errorf("a bit was flipped in %s, and verify says nothing", second)
	}
}
