package journal

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/store"
)

func emptyAt(t *testing.T, dir string, rev int64) {
	t.Helper()
	h := &Head{Cluster: "local", Id: "ID", Rev: rev, Time: rev * 1e9}
	if err := SaveSnapshot(SnapshotPath(dir, rev), h, filesOf(store.File{Path: "/fresh", Value: []byte("y"), Rev: rev})); err != nil {
		t.Fatal(err)
	}
}

// Begin, then a crash between create and write of its first segment, the snapshot not saved yet:
// the journal must not go on as though nothing were missing.
func TestGapForgotten(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 5, 1) // up to 112
	j.Begin("local", "ID", 500)
	// crash inside the first Commit: file created, nothing written
	mustWrite(t, filepath.Join(dir, fmt.Sprintf(segmentName, 2, 500)), nil)
	j.lock.Unlock()
	j = open(t, dir, Config{})
	t.Log("Rev after reopen:", j.Rev())
	if j.Rev() == 0 {
		return // begins anew
	}
	a, _ := Read(dir)
	if _, err := a.At(j.Rev(), nil); err != nil {
		t.Errorf("Rev() says %d is durable, and: %v", j.Rev(), err)
	}
	// what is committed then is of no use
	r := record(j.Rev() + 1)
	j.Append(r)
	if err := j.Commit(); err != nil {
		t.Fatal(err)
	}
	a, _ = Read(dir)
	if _, err := a.At(j.Rev(), nil); err != nil {
		t.Errorf("committed, but: %v", err)
	}
	j.Close()
}

// The same, with the snapshot: the gap is no more stated, and verify cries wolf.
func TestGapUnstated(t *testing.T) {
	for _, headOnly := range []bool{false, true} {
		dir := t.TempDir()
		j := based(t, dir, Config{})
		put(t, j, 1, 5, 1)
		j.Begin("local", "ID", 500)
		emptyAt(t, dir, 500)
		var b []byte
		if headOnly { // head is whole, the first record torn
			b = appendFrame(b, place{seq: 2}, kindHead, &Head{Version: 1, Cluster: "local", Id: "ID", Rev: 500, Gap: true})
			b = append(b, "dzjr"...)
		}
		mustWrite(t, filepath.Join(dir, fmt.Sprintf(segmentName, 2, 500)), b)
		j.lock.Unlock()
		j = open(t, dir, Config{})
		j.Append(record(501))
		if err := j.Commit(); err != nil {
			t.Fatal(err)
		}
		j.Close()
		a, _ := Read(dir)
		for f := range a.Verify(nil) {
			if !f.Harmless {
				t.Errorf("headOnly=%v: nothing is wrong, but verify: %v", headOnly, f.Err)
			}
		}
	}
}

// A crash in the first write of all: it never opens again.
func TestFirstWriteTorn(t *testing.T) {
	for _, n := range []int{0, 5, 20} {
		dir := t.TempDir()
		j := based(t, dir, Config{})
		put(t, j, 1, 2, 1)
		path := j.path
		j.lock.Unlock()
		os.Truncate(path, int64(n))
		_, err := Open(dir, Config{Log: quiet})
		if err != nil {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
}

// Damage in the middle of the last segment, and a reopening: what lies beyond the damage stays in sight, and what
// comes in between makes the whole of it usable again. A snapshot beyond the damage makes that history.
func TestGoOnBeforeDamage(t *testing.T) {
	for _, snap := range []bool{false, true} {
		dir := t.TempDir()
		j := based(t, dir, Config{})
		put(t, j, 1, 3, 1)
		off := j.size
		put(t, j, 3, 31, 1)
		if snap {
			saveModel(t, dir, 10)
		}
		path := j.path
		j.Close()
		b := mustRead(t, path)
		b[off+20] ^= 1
		mustWrite(t, path, b)
		j = open(t, dir, Config{})
		if snap {
			assert.Equal(t, revision(30), j.Rev())
			put(t, j, 31, 33, 1)
		} else {
			assert.Equal(t, revision(2), j.Rev())
			put(t, j, 3, 4, 1) // the cluster sends again, and then dies
		}
		j.lock.Unlock()
		a, err := Read(dir)
		assert.Equal(t, nil, err)
		tree, err := a.At(revision(30), nil)
		assert.Equal(t, nil, err)
		sameTree(t, model(30), tree)
		revs, damage, gaps := contents(t, dir)
		if snap {
			assert.Equal(t, 31, len(revs))
			assert.T(t, len(damage) == 1 && len(gaps) == 1 && !gaps[0].Stated, damage, gaps)
			continue
		}
		assert.Equal(t, revisions(30), revs)
		assert.Equal(t, 0, len(damage)+len(gaps))
		j = open(t, dir, Config{})
		assert.Equal(t, revision(30), j.Rev())
		j.Close()
	}
}

// Records up to a bound ends silently where the end of a segment is lost and the next begins beyond the bound.
func TestRecordsSilent(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 11, 1)
	path := j.path
	j.Rotate()
	put(t, j, 11, 21, 1)
	j.Close()
	b := mustRead(t, path)
	mustWrite(t, path, b[:len(b)/2])
	a, _ := Read(dir)
	var revs []int64
	wrong := 0
	for r, err := range a.Records(begin+1, revision(8)) {
		if err != nil {
			wrong++
			t.Log(err)
		} else {
			revs = append(revs, r.Rev)
		}
	}
	if len(revs) < 8 && wrong == 0 {
		t.Errorf("%d of 8 records, and not a word", len(revs))
	}
	_, err := a.At(revision(8), nil)
	t.Log(err)
	if err != nil && !errors.As(err, new(*Damage)) {
		t.Errorf("no cause told: %v", err)
	}
}

// Begin, and Close before the snapshot is there: nothing was durable, nothing is lost.
func TestFloorOfBegin(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 5, 1)
	j.Begin("local", "ID", 500)
	j.Close()
	var log bytes.Buffer
	j = open(t, dir, Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if bytes.Contains(log.Bytes(), []byte("lost")) {
		t.Error("open: ", log.String())
	}
	a, _ := Read(dir)
	for f := range a.Verify(nil) {
		if !f.Harmless {
			t.Error("verify: ", f.Err)
		}
	}
	j.lock.Unlock()
}

// A snapshot taken while the clock was wrong (a boot without a clock) makes everything before it go.
func TestPruneClock(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	j := open(t, dir, Config{})
	j.Begin("local", "ID", begin)
	save := func(rev int64, at time.Time) {
		h := &Head{Cluster: "local", Id: "ID", Rev: rev, Time: at.UnixNano()}
		if err := SaveSnapshot(SnapshotPath(dir, rev), h, filesOf()); err != nil {
			t.Fatal(err)
		}
	}
	save(begin, now.Add(-3*time.Hour))
	put(t, j, 1, 5, 1)
	j.Rotate()
	put(t, j, 5, 10, 1)
	save(revision(6), time.Unix(40, 0)) // 1970
	j.Rotate()
	put(t, j, 10, 12, 1)
	save(revision(10), now)
	j.Close()
	a, _ := Read(dir)
	removed, err := a.Prune(Retention{Age: 30 * 24 * time.Hour}, now)
	if len(removed) > 0 {
		t.Errorf("nothing is older than 3 hours, keep-age is 30 days, removed %v %v", removed, err)
	}
}

// A foreign or unreadable snapshot in the way of older ones that would do.
func TestUnreadableSnapshot(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 11, 1)
	j.Close()
	os.Mkdir(SnapshotPath(dir, revision(5)), 0o700) // reads fail, as with EIO of a bad sector
	a, _ := Read(dir)
	if _, err := a.At(revision(10), nil); err != nil {
		t.Errorf("older snapshot is whole, but At: %v", err)
	}
	os.Remove(SnapshotPath(dir, revision(5)))
	os.Mkdir(filepath.Join(dir, fmt.Sprintf(segmentName, 2, revision(10))), 0o700)
	a, _ = Read(dir)
	if _, _, err := a.End(); err != nil {
		t.Errorf("End: %v", err)
	}
	if _, err := a.Latest(); err != nil {
		t.Errorf("Latest: %v", err)
	}
	if _, err := Open(dir, Config{Log: quiet}); err != nil {
		t.Errorf("Open: %v", err)
	}
}

// Segment numbers of nine digits are written, and never read.
func TestNineDigits(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	j.next = 99_999_999
	put(t, j, 1, 5, 1)
	j.Rotate()
	put(t, j, 5, 11, 1)
	j.Close()
	revs, _, _ := contents(t, dir)
	if len(revs) != 10 {
		t.Errorf("10 were durable, %d can be read", len(revs))
	}
}

// Odd folder names.
func TestFolderName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a[b")
	j, err := Open(dir, Config{Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	j.Close()
}

// A value full of frames' beginnings, in a record that one bit of is wrong.
func TestSlowResync(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 1 << 30})
	mark := []byte("dzjr\x00\xff\xff\xff")
	v := bytes.Repeat(mark, 1<<20/len(mark)/16) // 64 KiB only
	j.Append(&Record{Rev: 101, Time: 1, Changes: []*Change{{Path: "/a", Value: v}}})
	for i := int64(102); i < 102+20; i++ {
		j.Append(&Record{Rev: i, Time: 1, Changes: []*Change{{Path: "/a", Value: make([]byte, 1<<20)}}})
	}
	if err := j.Commit(); err != nil {
		t.Fatal(err)
	}
	path := j.path
	j.Close()
	b := mustRead(t, path)
	b[60] ^= 1
	mustWrite(t, path, b)
	begun := time.Now()
	a, _ := Read(dir)
	for range a.Records(0, math.MaxInt64) {
	}
	took := time.Since(begun)
	t.Logf("64 KiB of marks: %v; so 1 MiB: %v", took, took*16)
	if took > 2*time.Second {
		t.Error("too slow")
	}
}

// A create that fails after it made the file (a network's disk): never again.
func TestCreateMadeIt(t *testing.T) {
	dir := t.TempDir()
	fail := true
	j := based(t, dir, Config{create: func(path string) (file, error) {
		f, err := create(path)
		if fail && err == nil {
			fail = false
			return nil, syscall.EIO
		}
		return f, err
	}})
	j.Append(record(revision(1)))
	j.Commit()
	for range 3 {
		if err := j.Commit(); err == nil {
			return
		} else {
			t.Log(err)
		}
	}
	t.Error("goes on failing")
}

// removeTemps takes what is not its own.
func TestForeignTemp(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, filepath.Join(dir, "notes.tmp"), []byte("mine"))
	j := open(t, dir, Config{})
	j.Close()
	if _, err := os.Stat(filepath.Join(dir, "notes.tmp")); err != nil {
		t.Error(err)
	}
}

// A journal cannot begin below what it has, nor take records before it has begun.
func TestBeginBelow(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, Config{})
	if err := j.Append(record(5)); err == nil {
		t.Error("it has not begun")
	}
	j.Close()
	j = based(t, dir, Config{})
	put(t, j, 1, 5, 1)
	j.Begin("local", "ID", 500)
	j.Append(record(501))
	j.Commit()
	j.lock.Unlock()
	j = open(t, dir, Config{})
	for _, rev := range []int64{50, revision(5), 500} {
		if j.Begin("local", "ID", rev) == nil {
			t.Error("it took", rev)
		}
	}
	if err := j.Begin("local", "ID", 501); err != nil {
		t.Error(err)
	}
	j.Close()
}

// A Begin whose snapshot came to nothing is taken back, with all that was written for it.
func TestWithdraw(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 100})
	put(t, j, 1, 5, 1)
	files := len(segments(t, dir))
	assert.Equal(t, nil, j.Begin("local", "ID", 500))
	for rev := int64(501); rev < 510; rev++ {
		assert.Equal(t, nil, j.Append(record(rev)))
		assert.Equal(t, nil, j.Commit())
	}
	assert.T(t, len(segments(t, dir)) > files+2)
	assert.Equal(t, nil, j.Withdraw())
	assert.Equal(t, files, len(segments(t, dir)))
	assert.Equal(t, int64(0), j.Rev())
	assert.NotEqual(t, nil, j.Begin("local", "ID", 505))
	assert.Equal(t, nil, j.Begin("local", "ID", 600))
	emptyAt(t, dir, 600)
	j.Keep()
	assert.Equal(t, nil, j.Append(record(601)))
	assert.Equal(t, nil, j.Commit())
	assert.Equal(t, nil, j.Withdraw()) // there is nothing to take back
	assert.Equal(t, int64(601), j.Rev())
	assert.Equal(t, nil, j.Close())
	_, damage, gaps := contents(t, dir)
	assert.Equal(t, 0, len(damage))
	assert.Equal(t, []*Gap{{After: revision(4), UpTo: 600, Stated: true}}, gaps)
}
