package journal

import (
	"bytes"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/store"
)

// committed is a journal whose commits' ends are known.
type committed struct {
	dir  string
	path string  // of its only segment
	ends []int64 // ends[i] is where the segment ended when record i was durable
}

func commit(t *testing.T, n int) *committed {
	t.Helper()
	c := &committed{dir: t.TempDir(), ends: []int64{0}}
	j := based(t, c.dir, Config{})
	for i := 1; i <= n; i++ {
		put(t, j, i, i+1, 1)
		c.ends = append(c.ends, j.size)
	}
	c.path = j.path
	assert.Equal(t, nil, j.Close())
	return c
}

// whole is how many records end at or before an offset.
func (c *committed) whole(size int64) (n int) {
	for n+1 < len(c.ends) && c.ends[n+1] <= size {
		n++
	}
	return n
}

// kill -9 in the middle of a write leaves any part of it. For each length that a segment can have:
// it opens, has all records that are whole and none else, and goes on after them.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	c := commit(t, 12)
	all := mustRead(t, c.path)
	for size := range len(all) {
		dir := copyOf(t, c.dir)
		assert.Equal(t, nil, os.Truncate(filepath.Join(dir, filepath.Base(c.path)), int64(size)))
		n := c.whole(int64(size))
		revs, damage, gaps := contents(t, dir)
		assert.Equal(t, revisions(n), revs, size)
		assert.Equal(t, 0, len(gaps), size)
		for _, d := range damage {
			assert.T(t, d.Tail && d.Offset+d.Len == int64(size), size, d)
		}
		j := open(t, dir, Config{})
		assert.Equal(t, revision(n), j.Rev(), size)
		put(t, j, n+1, 15, 2)
		assert.Equal(t, nil, j.Close())
		revs, damage, gaps = contents(t, dir)
		assert.Equal(t, revisions(14), revs, size)
		assert.Equal(t, 0, len(damage)+len(gaps), size)
		sound(t, dir)
	}
}

// headLen is how long a segment's head is.
func headLen(b []byte) int64 {
	n, _ := frameLen(place{seq: 1}, b)
	return int64(n)
}

// sound checks that a journal's end can be had as a tree, and that verify finds no harm.
func sound(t *testing.T, dir string) {
	t.Helper()
	a, err := Read(dir)
	assert.Equal(t, nil, err)
	end, _, err := a.End()
	assert.Equal(t, nil, err)
	tree, err := a.At(end, nil)
	assert.Equal(t, nil, err)
	sameTree(t, model(int(end-begin)/3), tree)
	for f, err := range a.Verify(nil) {
		assert.Equal(t, nil, err)
		assert.T(t, f.Harmless, f.Err)
	}
}

// A byte that flips, wherever it is: what it did not hit is there, and what it hit is told
// with the place. When the journal is opened again it goes on, from before the damage, since a
// cluster may still have what was lost.
func TestFlipAnywhere(t *testing.T) {
	t.Parallel()
	c := commit(t, 9)
	all := mustRead(t, c.path)
	for at := range all {
		b := bytes.Clone(all)
		b[at] ^= 1 << (at % 8)
		dir := copyOf(t, c.dir)
		path := filepath.Join(dir, filepath.Base(c.path))
		mustWrite(t, path, b)
		hit := c.whole(int64(at)) + 1 // the record
		inHead := int64(at) < headLen(all)

		revs, _, gaps := contents(t, dir)
		want := revisions(9)
		if !inHead {
			want = append(revisions(hit-1), want[hit:]...)
		}
		assert.Equal(t, want, revs, at)
		assert.Equal(t, !inHead && hit < 9, len(gaps) == 1, at, gaps)
		told := damageIn(t, dir)
		assert.T(t, len(told) == 1 && told[0].Path == path && told[0].Offset <= int64(at) && int64(at) < told[0].Offset+told[0].Len, at, told)
		if inHead {
			continue
		}
		var log bytes.Buffer
		j := open(t, dir, Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
		assert.Equal(t, revision(hit-1), j.Rev(), at)
		assert.T(t, strings.Contains(log.String(), "offset") && strings.Contains(log.String(), "durable"), log.String())
		put(t, j, hit, 12, 1) // the cluster had it
		assert.Equal(t, nil, j.Close())
		revs, damage, gaps := contents(t, dir)
		assert.Equal(t, revisions(11), revs, at)
		assert.Equal(t, 0, len(damage)+len(gaps), at)
		sound(t, dir)
	}
}

// damageIn is all damage that Verify finds.
func damageIn(t *testing.T, dir string) (found []*Damage) {
	t.Helper()
	a, err := Read(dir)
	assert.Equal(t, nil, err)
	for f, err := range a.Verify(nil) {
		assert.Equal(t, nil, err)
		if d, ok := f.Err.(*Damage); ok {
			found = append(found, d)
		}
	}
	return found
}

// A flip in an older segment loses what it hit, for good. The rest can be had: all that comes
// before it, and all from the next snapshot on.
func TestFlipInTheMiddle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 150})
	put(t, j, 1, 31, 1)
	saveModel(t, dir, 25)
	assert.Equal(t, nil, j.Close())
	for i, path := range segments(t, dir)[:4] {
		all := mustRead(t, path)
		for at := range all {
			b := bytes.Clone(all)
			b[at] ^= 0x10
			mustWrite(t, path, b)
			a, err := Read(dir)
			assert.Equal(t, nil, err)
			revs, _, gaps := contents(t, dir)
			inHead := int64(at) < headLen(all)
			lost := 1
			if inHead {
				lost = 0
			}
			assert.Equal(t, 30-lost, len(revs), i, at)
			assert.Equal(t, lost, len(gaps), i, at)
			for n := at % 5; n <= 30; n += 5 {
				tree, err := a.At(revision(n), nil)
				if err == nil {
					sameTree(t, model(n), tree)
				}
				ok := inHead || n >= 25 || revision(n) <= gaps[0].After
				assert.Equal(t, ok, err == nil, i, at, n, err)
			}
			harm := 0
			for f, err := range a.Verify(nil) {
				assert.Equal(t, nil, err)
				if !f.Harmless {
					harm++
				}
			}
			assert.Equal(t, 2*lost, harm, i, at) // the damage and the gap
		}
		mustWrite(t, path, all)
	}
}

// A snapshot that is damaged or cut anywhere is not whole, and an older one does in its place.
func TestDamagedSnapshot(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 31, 1)
	saveModel(t, dir, 20)
	assert.Equal(t, nil, j.Close())
	path := SnapshotPath(dir, revision(20))
	all := mustRead(t, path)
	a, err := Read(dir)
	assert.Equal(t, nil, err)
	check := func(b []byte) {
		t.Helper()
		mustWrite(t, path, b)
		_, err := LoadSnapshot(path)
		assert.NotEqual(t, nil, err)
		tree, err := a.At(revision(25), nil)
		assert.Equal(t, nil, err)
		sameTree(t, model(25), tree)
		harm := 0
		for f, err := range a.Verify(nil) {
			assert.Equal(t, nil, err)
			if !f.Harmless {
				harm++
			}
		}
		assert.Equal(t, 1, harm)
	}
	for at := range all {
		b := bytes.Clone(all)
		b[at] ^= 4
		check(b)
		check(all[:at])
	}
	check(append(bytes.Clone(all), 0))
	check(append(bytes.Clone(all), all...))
}

// A frame that is stored in a value is found by none who looks for the next one after damage.
func TestFrameInValue(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 4, 1)
	inner := mustRead(t, j.path)
	r := record(revision(4))
	r.Changes[0].Value, r.Changes[0].Del = bytes.Repeat(inner, 3), false
	assert.Equal(t, nil, j.Append(r))
	assert.Equal(t, nil, j.Commit())
	start := int64(len(inner))
	put(t, j, 5, 8, 1)
	assert.Equal(t, nil, j.Close())
	b := mustRead(t, j.path)
	b[start] ^= 1
	mustWrite(t, j.path, b)
	revs, damage, gaps := contents(t, dir)
	assert.Equal(t, append(revisions(3), revision(5), revision(6), revision(7)), revs)
	assert.Equal(t, 1, len(damage))
	assert.Equal(t, start, damage[0].Offset)
	assert.Equal(t, []*Gap{{After: revision(3), UpTo: revision(4)}}, gaps)
}

// Whatever the bytes are, they are read to their end, and nothing panics.
func FuzzScan(f *testing.F) {
	dir := f.TempDir()
	var seg []byte
	seg = appendFrame(seg, place{seq: 1}, kindHead, &Head{Version: 1, Cluster: "c", Rev: begin, Gap: true})
	for i := 1; i < 4; i++ {
		r := record(revision(i))
		r.Step = 3
		seg = appendFrame(seg, place{1, int64(len(seg))}, kindRecord, r)
	}
	f.Add(seg)
	f.Add(seg[:len(seg)-3])
	f.Add(append([]byte("dzjr\x00\xff\xff\xff"), seg...))
	var whole bytes.Buffer
	if err := WriteSnapshot(&whole, &Head{Cluster: "c", Rev: begin}, filesOf(store.File{Path: "/a", Rev: 1}, store.File{Path: "/b", Rev: 2})); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add(whole.Bytes()[:whole.Len()-4])
	path := filepath.Join(dir, "00000001-0000000000000100.seg")
	snap := filepath.Join(dir, "0000000000000100.snap")
	f.Fuzz(func(t *testing.T, b []byte) {
		mustWrite(t, path, b)
		mustWrite(t, snap, b)
		a, err := Read(dir)
		assert.Equal(t, nil, err)
		var read int64
		s := &a.Segments[0]
		for r, err := range s.scan {
			switch d := err.(type) {
			case nil:
				read += headerLen + int64(r.SizeVT())
			case *Damage:
				read += d.Len
			default:
				t.Fatal(err)
			}
		}
		assert.T(t, read <= int64(len(b)))
		last := int64(-1)
		for r, err := range a.Records(0, math.MaxInt64) {
			if err == nil {
				assert.T(t, r.Rev > last)
				last = r.Rev
			}
		}
		for _, err := range a.Verify(nil) {
			assert.Equal(t, nil, err)
		}
		spans, err := a.Spans(nil)
		assert.Equal(t, nil, err)
		_, err = a.At(begin, nil)
		assert.Equal(t, len(spans) > 0 && spans[0].First <= begin, err == nil)
		if j, err := Open(dir, Config{Log: quiet}); err == nil {
			assert.Equal(t, nil, j.Close())
		}
	})
}
