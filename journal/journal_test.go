package journal

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/store"
)

// model is the tree after the first n records.
func model(n int) map[string]store.File {
	files := map[string]store.File{"/old": {Path: "/old", Value: []byte("x"), Rev: 7}}
	for i := 1; i <= n; i++ {
		r := record(revision(i))
		if c := r.Changes[0]; c.Del {
			delete(files, c.Path)
		} else {
			files[c.Path] = store.File{Path: c.Path, Value: c.Value, Rev: r.Rev}
		}
	}
	return files
}

func sameTree(t *testing.T, want map[string]store.File, got *Tree) {
	t.Helper()
	assert.Equal(t, len(want), len(got.Files))
	for path, f := range want {
		g := got.Files[path]
		assert.Equal(t, f.Rev, g.Rev, path)
		assert.Equal(t, string(f.Value), string(g.Value), path)
	}
}

// What was committed is there, over segments and reopenings, and the tree can be had at each revision.
func TestAppend(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 500})
	put(t, j, 1, 40, 3)
	assert.Equal(t, revision(39), j.Rev())
	assert.Equal(t, nil, j.Close())
	j = open(t, dir, Config{SegmentBytes: 500})
	assert.Equal(t, revision(39), j.Rev())
	name, id := j.Cluster()
	assert.Equal(t, "local ID", name+" "+id)
	put(t, j, 40, 61, 1)
	assert.Equal(t, nil, j.Close())

	revs, damage, gaps := contents(t, dir)
	assert.Equal(t, revisions(60), revs)
	assert.Equal(t, 0, len(damage)+len(gaps))
	assert.T(t, len(segments(t, dir)) > 4)
	a, err := Read(dir)
	assert.Equal(t, nil, err)
	for i := 0; i <= 60; i++ {
		for between := int64(0); between < 3 && (i < 60 || between == 0); between++ {
			tree, err := a.At(revision(i)+between, nil)
			assert.Equal(t, nil, err)
			sameTree(t, model(i), tree)
			assert.Equal(t, revision(i)+between, tree.Head.Rev)
		}
	}
	end, at, err := a.End()
	assert.Equal(t, nil, err)
	assert.Equal(t, revision(60), end)
	assert.Equal(t, revision(60), at.Unix())
	for _, rev := range []int64{0, begin - 1, revision(60) + 1, math.MaxInt64} {
		_, err := a.At(rev, nil)
		assert.T(t, errors.Is(err, ErrMissing), rev, err)
	}
}

// A range of records is just that, wherever it begins.
func TestRange(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{SegmentBytes: 300})
	put(t, j, 1, 31, 1)
	assert.Equal(t, nil, j.Close())
	a, err := Read(dir)
	assert.Equal(t, nil, err)
	for from := begin + 1; from <= int(revision(31)); from++ {
		for to := from; to <= int(revision(31)); to += 5 {
			var want, got []int64
			for i := 1; i <= 30; i++ {
				if rev := revision(i); rev >= int64(from) && rev <= int64(to) {
					want = append(want, rev)
				}
			}
			for r, err := range a.Records(int64(from), int64(to)) {
				assert.Equal(t, nil, err)
				got = append(got, r.Rev)
			}
			assert.Equal(t, want, got, from, to)
		}
	}
}

// What lies before the first segment is a gap that is stated.
func TestRecordsFromTheBeginning(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 3, 1)
	assert.Equal(t, nil, j.Close())
	a, err := Read(dir)
	assert.Equal(t, nil, err)
	for _, from := range []int64{math.MinInt64, 0, 1, begin} {
		for _, err := range a.Records(from, math.MaxInt64) {
			assert.T(t, err == nil || Harmless(err), from, err)
		}
	}
}

// What is no record is refused, and does no harm.
func TestBadRecords(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 2, 1)
	big := make([]byte, store.MaxValue+1)
	for _, r := range []*Record{
		record(revision(1)), record(revision(1) - 1), record(0), record(-5), {Rev: 1000}, {Rev: 1000, Changes: []*Change{nil}},
		{Rev: 1000, Changes: []*Change{{Path: "a"}}}, {Rev: 1000, Changes: []*Change{{Path: "/a", Value: big}}},
	} {
		assert.NotEqual(t, nil, j.Append(r), r.Rev)
	}
	many := &Record{Rev: 1000}
	for range 17 {
		many.Changes = append(many.Changes, &Change{Path: "/a", Value: big[1:]})
	}
	assert.NotEqual(t, nil, j.Append(many))
	put(t, j, 2, 3, 1)
	assert.NotEqual(t, nil, j.Begin("local", "ID", revision(1)))
	assert.Equal(t, nil, j.Close())
	revs, _, _ := contents(t, dir)
	assert.Equal(t, revisions(2), revs)
}

// Where the cluster has forgotten what comes next, the journal says so, and goes on with a snapshot.
func TestGap(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	put(t, j, 1, 5, 1)
	assert.Equal(t, nil, j.Begin("local", "ID", revision(9)))
	put(t, j, 10, 13, 1)
	assert.Equal(t, nil, j.Close())

	// Before the snapshot is there nothing can be made of what follows, and so the journal
	// goes on from before the gap.
	j = open(t, dir, Config{})
	assert.Equal(t, revision(4), j.Rev())
	assert.Equal(t, nil, j.Close())
	full := model(9)
	saveModel(t, dir, 9)
	j = open(t, dir, Config{})
	assert.Equal(t, revision(12), j.Rev())
	assert.Equal(t, nil, j.Close())

	revs, damage, gaps := contents(t, dir)
	assert.Equal(t, append(revisions(4), revision(10), revision(11), revision(12)), revs)
	assert.Equal(t, 0, len(damage))
	assert.Equal(t, []*Gap{{After: revision(4), UpTo: revision(9), Stated: true}}, gaps)
	a, err := Read(dir)
	assert.Equal(t, nil, err)
	for rev := begin; rev <= int(revision(12)); rev++ {
		tree, err := a.At(int64(rev), nil)
		switch {
		case rev > int(revision(4)) && rev < int(revision(9)):
			assert.T(t, errors.Is(err, ErrMissing), rev, err)
		case rev == int(revision(9)):
			sameTree(t, full, tree)
		default:
			assert.Equal(t, nil, err, rev)
			sameTree(t, model((rev-begin)/3), tree)
		}
	}
}

// saveModel saves the snapshot after the first n records.
func saveModel(t *testing.T, dir string, n int) {
	t.Helper()
	var files []store.File
	for _, f := range model(n) {
		files = append(files, f)
	}
	h := &Head{Cluster: "local", Id: "ID", Rev: revision(n), Time: revision(n) * 1e9}
	assert.Equal(t, nil, SaveSnapshot(SnapshotPath(dir, revision(n)), h, filesOf(files...)))
}

// Records of several changes are one: they are all there, or none is.
func TestManyChanges(t *testing.T) {
	dir := t.TempDir()
	j := based(t, dir, Config{})
	r := &Record{Rev: 200, Time: 1}
	for i := range 128 {
		r.Changes = append(r.Changes, &Change{Path: fmt.Sprintf("/t/%d", i), Value: []byte("v")})
	}
	r.Changes = append(r.Changes, &Change{Path: "/old", Del: true})
	assert.Equal(t, nil, j.Append(r))
	assert.Equal(t, nil, j.Commit())
	assert.Equal(t, nil, j.Close())
	a, err := Read(dir)
	assert.Equal(t, nil, err)
	tree, err := a.At(200, nil)
	assert.Equal(t, nil, err)
	assert.Equal(t, 128, len(tree.Files))
	tree, err = a.At(199, nil)
	assert.Equal(t, nil, err)
	assert.Equal(t, 1, len(tree.Files))
}
