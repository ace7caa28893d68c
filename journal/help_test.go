package journal

import (
	"fmt"
	"iter"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/store"
)

// begin is the revision after which the journals of tests begin.
const begin = 100

var quiet = slog.New(slog.DiscardHandler)

// record is revision rev as tests make it: each third one deletes a file.
func record(rev int64) *Record {
	c := &Change{Path: fmt.Sprintf("/d/%d", rev%7)}
	if rev%3 == 0 {
		c.Del = true
	} else {
		c.Value = []byte(strings.Repeat(fmt.Sprint(rev, " "), int(rev%5)))
	}
	return &Record{Rev: rev, Time: rev * int64(time.Second), Changes: []*Change{c}}
}

// revision is the number of the i-th record: members use numbers up between changes.
func revision(i int) int64 { return begin + 3*int64(i) }

// filesOf are a snapshot's.
func filesOf(files ...store.File) iter.Seq2[store.File, error] {
	return func(yield func(store.File, error) bool) {
		for _, f := range files {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// unsynced is a file that leaves durability to luck: what tests cut and flip is no power cut.
type unsynced struct{ *os.File }

func (unsynced) Sync() error { return nil }

func create(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	return unsynced{f}, err
}

// open opens a folder's journal, which a test has to close.
func open(t *testing.T, dir string, cfg Config) *Journal {
	t.Helper()
	if cfg.create == nil {
		cfg.create = create
	}
	if cfg.Log == nil {
		cfg.Log = quiet
	}
	j, err := Open(dir, cfg)
	assert.Equal(t, nil, err)
	return j
}

// based begins a journal after a snapshot of one file.
func based(t *testing.T, dir string, cfg Config) *Journal {
	t.Helper()
	j := open(t, dir, cfg)
	assert.Equal(t, nil, j.Begin("local", "ID", begin))
	h := &Head{Cluster: "local", Id: "ID", Rev: begin, Time: begin * int64(time.Second)}
	assert.Equal(t, nil, SaveSnapshot(SnapshotPath(dir, begin), h, filesOf(store.File{Path: "/old", Value: []byte("x"), Rev: 7})))
	j.Keep()
	return j
}

// put appends and commits the records numbered [from, to), a batch of n at a time.
func put(t *testing.T, j *Journal, from, to, n int) {
	t.Helper()
	for i := from; i < to; i++ {
		assert.Equal(t, nil, j.Append(record(revision(i))))
		if (i-from)%n == n-1 || i == to-1 {
			assert.Equal(t, nil, j.Commit())
		}
	}
}

// contents are the revisions that a folder has, and what is wrong with it.
func contents(t *testing.T, dir string) (revs []int64, damage []*Damage, gaps []*Gap) {
	t.Helper()
	a, err := Read(dir)
	assert.Equal(t, nil, err)
	for r, err := range a.Records(begin+1, math.MaxInt64) {
		switch e := err.(type) {
		case nil:
			revs = append(revs, r.Rev)
			assert.Equal(t, string(record(r.Rev).Changes[0].Value), string(r.Changes[0].Value))
		case *Damage:
			damage = append(damage, e)
		case *Gap:
			gaps = append(gaps, e)
		default:
			t.Fatal(err)
		}
	}
	return revs, damage, gaps
}

// revisions are those of the first n records.
func revisions(n int) (revs []int64) {
	for i := 1; i <= n; i++ {
		revs = append(revs, revision(i))
	}
	return revs
}

// segments are the paths of a folder's segments.
func segments(t *testing.T, dir string) (paths []string) {
	t.Helper()
	segs, _, err := list(dir)
	assert.Equal(t, nil, err)
	for _, s := range segs {
		paths = append(paths, s.Path)
	}
	return paths
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	assert.Equal(t, nil, err)
	return b
}

func mustWrite(t *testing.T, path string, b []byte) {
	t.Helper()
	assert.Equal(t, nil, os.WriteFile(path, b, 0o600))
}

// copyOf copies a folder's files into a new folder.
func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to, err := os.MkdirTemp(t.TempDir(), "")
	assert.Equal(t, nil, err)
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	assert.Equal(t, nil, err)
	for _, path := range paths {
		mustWrite(t, filepath.Join(to, filepath.Base(path)), mustRead(t, path))
	}
	return to
}
