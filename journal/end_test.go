package journal_test

import (
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

func noFiles(func(store.File, error) bool) {}

// writer writes a journal's folder; its records are heard of at one second for each revision.
type writer struct {
	*journal.Journal
	t   *testing.T
	dir string
}

func newWriter(t *testing.T) *writer {
	t.Helper()
	dir := t.TempDir()
	j, err := journal.Open(dir, journal.Config{Log: slog.New(slog.DiscardHandler)})
	assert.Equal(t, nil, err)
	t.Cleanup(func() { j.Close() })
	return &writer{j, t, dir}
}

func seconds(rev int64) int64 { return rev * int64(time.Second) }

// begin goes on after a revision, with an empty snapshot of it.
func (w *writer) begin(rev int64) {
	w.t.Helper()
	assert.Equal(w.t, nil, w.Begin("local", "ID", rev))
	w.save(rev)
	w.Keep()
}

func (w *writer) save(rev int64) {
	w.t.Helper()
	h := &journal.Head{Cluster: "local", Id: "ID", Rev: rev, Time: seconds(rev)}
	assert.Equal(w.t, nil, journal.SaveSnapshot(journal.SnapshotPath(w.dir, rev), h, noFiles))
}

// put commits a record for each revision.
func (w *writer) put(revs ...int64) {
	w.t.Helper()
	for _, rev := range revs {
		w.putAt(rev, seconds(rev))
	}
}

func (w *writer) putAt(rev, heard int64) {
	w.t.Helper()
	change := &journal.Change{Path: "/a", Value: []byte("v")}
	assert.Equal(w.t, nil, w.Append(&journal.Record{Rev: rev, Time: heard, Changes: []*journal.Change{change}}))
	assert.Equal(w.t, nil, w.Commit())
}

func (w *writer) read() *journal.Archive {
	w.t.Helper()
	a, err := journal.Read(w.dir)
	assert.Equal(w.t, nil, err)
	return a
}

// wreck overwrites a file's first bytes.
func wreck(t *testing.T, path string, n int) {
	t.Helper()
	b, err := os.ReadFile(path)
	assert.Equal(t, nil, err)
	for i := range min(n, len(b)) {
		b[i] ^= 0xff
	}
	assert.Equal(t, nil, os.WriteFile(path, b, 0o600))
}

// A segment that begins anew does not take the time of the last one for its own.
func TestTimeOfAGap(t *testing.T) {
	w := newWriter(t)
	w.begin(10)
	w.put(11)
	w.begin(500)
	w.put(501)
	h, err := w.read().Segments[1].Head()
	assert.Equal(t, nil, err)
	assert.Equal(t, int64(500), h.Rev)
	assert.Equal(t, int64(0), h.Time)
}

// The names of files tell how far a cluster got, when nothing in them does.
func TestEndByNames(t *testing.T) {
	w := newWriter(t)
	w.begin(10)
	w.put(11)
	w.begin(2_000_000_000)
	w.put(2_000_000_001)
	a := w.read()
	wreck(t, a.Segments[1].Path, 1<<20)
	wreck(t, a.Snapshots[1].Path, 1<<20)
	rev, at, err := a.End()
	assert.Equal(t, nil, err)
	assert.Equal(t, int64(2_000_000_000), rev)
	assert.T(t, at.IsZero(), at)
}

// What a folder ends with, and how far it tells of, are two things.
func TestLatest(t *testing.T) {
	w := newWriter(t)
	w.begin(10)
	latest := func() int64 {
		rev, err := w.read().Latest()
		assert.Equal(t, nil, err)
		return rev
	}
	assert.Equal(t, int64(10), latest())
	w.put(11, 12)
	assert.Equal(t, int64(12), latest())
	h := &journal.Head{Rev: 15, Last: 99, LastTime: seconds(99)}
	assert.Equal(t, nil, journal.SaveSnapshot(journal.SnapshotPath(w.dir, 15), h, noFiles))
	assert.Equal(t, int64(15), latest())
	rev, at, err := w.read().End()
	assert.Equal(t, nil, err)
	assert.Equal(t, int64(99), rev)
	assert.Equal(t, int64(99), at.Unix())
}
