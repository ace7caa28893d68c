package main

import (
	"log/slog"
	"path/filepath"
	"time"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// noon is when revision 100 of the tests' journals was heard of; the others as many seconds later as
// their numbers are above that.
var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func heardOf(rev int64) int64 { return noon.Add(time.Duration(rev-100) * time.Second).UnixNano() }

// makeJournals makes two folders. Both begin with a snapshot of revision 100, and changes up to 120 in
// two segments. In gap, what comes up to 200 is missing, and there are changes up to 220.
func makeJournals(dir string) error {
	if err := makeJournal(filepath.Join(dir, "good"), false); err != nil {
		return err
	}
	return makeJournal(filepath.Join(dir, "gap"), true)
}

func makeJournal(dir string, gap bool) error {
	j, err := journal.Open(dir, journal.Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer j.Close()
	w := maker{Journal: j, dir: dir}
	w.begin(100, file("/a/x", "in a directory", 70), file("/a-b", "next to it", 60), file("/bin", "\xff\x00", 50),
		file("/config/host", "localhost", 21), file("/config/port", "5432", 22), file("/ctl/name", "local", 1))
	w.put(105, &journal.Change{Path: "/config/host", Value: []byte("<example>")})
	w.put(108, &journal.Change{Path: "/config/port", Del: true})
	w.Rotate()
	w.put(110, &journal.Change{Path: "/new", Value: nil})
	w.put(120, &journal.Change{Path: "/new", Value: []byte("two\nlines")})
	if gap {
		w.begin(200, file("/after", "the gap", 190))
		w.put(220, &journal.Change{Path: "/after", Value: []byte("more")})
	}
	return w.err
}

func file(path, value string, rev int64) store.File {
	return store.File{Path: path, Value: []byte(value), Rev: rev}
}

// maker writes a journal up to the first error.
type maker struct {
	*journal.Journal
	dir string
	err error
}

func (w *maker) do(act func() error) {
	if w.err == nil {
		w.err = act()
	}
}

func (w *maker) begin(rev int64, fs ...store.File) {
	w.do(func() error { return w.Begin("local", "ID", rev) })
	h := &journal.Head{Cluster: "local", Id: "ID", Rev: rev, Time: heardOf(rev)}
	w.do(func() error {
		return journal.SaveSnapshot(journal.SnapshotPath(w.dir, rev), h, func(yield func(store.File, error) bool) {
			for _, f := range fs {
				if !yield(f, nil) {
					return
				}
			}
		})
	})
	w.Keep()
}

func (w *maker) put(rev int64, c *journal.Change) {
	w.do(func() error {
		return w.Append(&journal.Record{Rev: rev, Time: heardOf(rev), Changes: []*journal.Change{c}})
	})
	w.do(w.Commit)
}
