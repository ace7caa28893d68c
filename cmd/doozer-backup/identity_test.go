package main

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// Nodes of the journal's cluster are admitted, and those of one that was restored from what the journal has, be it from
// an older cluster; no others, and none that was replaced.
func TestAdmit(t *testing.T) {
	const begun, before = 900, 100
	for _, c := range []struct {
		name, ours string
		known      string // the journal was of it before
		id, origin string
		at         int64 // the revision of the origin
		ok         bool
	}{
		{"", "", "", "ANY", "", 0, true}, // the journal is empty
		{"c", "OURS", "", "OURS", "", 0, true},
		{"c", "OURS", "", "NEW", "OURS 5", begun, true},
		{"c", "OURS", "", "NEW", "OTHER 5", begun, false},
		{"c", "OURS", "", "NEW", "", 0, false},
		{"c", "OURS", "", "", "", 0, false},
		{"c", "", "", "", "", 0, true}, // a cluster without an id, of an older version
		{"c", "", "", "NEW", "", 0, false},
		{"c", "", "", "NEW", " 5", begun, false},
		{"c", "OURS", "", "error", "", 0, false},
		{"c", "OURS", "", "NEW", "error", 0, false},
		{"c", "OURS", "OLD", "NEW", "OLD 5", begun, true},   // restored a second time, or from older data
		{"c", "OURS", "OLD", "NEW", "OLD 5", before, false}, // it was there before ours, and the tool never heard of it
		{"c", "OURS", "OLD", "OLD", "", 0, false},           // a survivor
		{"c", "OURS", "OLD", "OLD", "OURS 5", begun, false}, // cannot be
		{"c", "OURS", "OLD", "OURS", "OLD 5", before, true},
	} {
		files := map[string]string{idFile: c.id, originFile: c.origin}
		read := func(path string) ([]byte, int64, error) {
			if files[path] == "error" {
				return nil, 0, client.ErrReadonly
			}
			return []byte(files[path]), c.at, nil
		}
		who := &identity{known: map[string]bool{}}
		if c.known != "" {
			who.set(c.name, c.known, 50)
		}
		who.set(c.name, c.ours, 500)
		err := who.admit(t.Context(), read)
		assert.Equal(t, c.ok, err == nil, c, err)
	}
}

// A journal knows its cluster and all before it by what is in its folder; also by a snapshot after which nothing was written.
func TestIdentityOfFolder(t *testing.T) {
	dir := t.TempDir()
	open := func() (*journal.Journal, *identity) {
		j, err := journal.Open(dir, journal.Config{Log: slog.New(slog.DiscardHandler)})
		assert.Equal(t, nil, err)
		a, _ := journal.Read(dir) // nil: empty
		return j, newIdentity(j, a)
	}
	j, who := open()
	assert.T(t, who.empty())
	for i, rev := range []int64{100, 1000, 2000} {
		id := fmt.Sprint("ID", i)
		err := journal.SaveSnapshot(journal.SnapshotPath(dir, rev), &journal.Head{Cluster: "c", Id: id, Rev: rev}, func(func(store.File, error) bool) {})
		assert.Equal(t, nil, err)
		if i < 2 {
			assert.Equal(t, nil, j.Begin("c", id, rev))
			assert.Equal(t, nil, j.Append(&journal.Record{Rev: rev + 5, Changes: []*journal.Change{{Path: "/x"}}}))
			assert.Equal(t, nil, j.Commit())
		}
		assert.Equal(t, nil, j.Close())
		j, who = open()
		assert.Equal(t, id, who.id)
		assert.T(t, who.name == "c" && who.since >= rev && len(who.known) == i+1, who)
	}
	assert.Equal(t, nil, j.Close())
}

// A folder in which nothing was written after the first snapshot is not taken for an empty one.
func TestIdentityOfSnapshot(t *testing.T) {
	dir := t.TempDir()
	err := journal.SaveSnapshot(journal.SnapshotPath(dir, 7), &journal.Head{Cluster: "c", Id: "ID", Rev: 7}, func(func(store.File, error) bool) {})
	assert.Equal(t, nil, err)
	j, err := journal.Open(dir, journal.Config{Log: slog.New(slog.DiscardHandler)})
	assert.Equal(t, nil, err)
	defer j.Close()
	a, err := journal.Read(dir)
	assert.Equal(t, nil, err)
	who := newIdentity(j, a)
	assert.T(t, who.name == "c" && who.id == "ID" && who.since == 7, who)
}
