package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/journal"
)

// restoredHead restores a revision of a folder, and returns the snapshot's head.
func restoredHead(t *testing.T, dir, rev string) *journal.Head {
	t.Helper()
	snap := filepath.Join(t.TempDir(), "x.snap")
	assert.Equal(t, 0, run(t.Context(), []string{"restore", "-d", dir, "-rev", rev, "-o", snap}, nil, io.Discard, io.Discard))
	f, err := os.Open(snap)
	assert.Equal(t, nil, err)
	defer f.Close()
	s, err := journal.NewSnapshotReader(f, snap)
	assert.Equal(t, nil, err)
	return s.Head
}

// A restored snapshot says of what it is, and how far the cluster got, since a new one has to begin above that.
func TestRestoredHead(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, nil, makeJournals(dir))
	h := restoredHead(t, filepath.Join(dir, "gap"), "107")
	assert.Equal(t, "local ID", h.Cluster+" "+h.Id)
	assert.Equal(t, int64(107), h.Rev)
	assert.Equal(t, heardOf(105), h.Time)
	assert.Equal(t, int64(220), h.Last)
	assert.Equal(t, heardOf(220), h.LastTime)

	// When it got there is not known: the time of what is restored has to do, which is no later.
	for _, name := range []string{"00000003-0000000000000200.seg", "0000000000000200.snap"} {
		assert.Equal(t, nil, os.Truncate(filepath.Join(dir, "gap", name), 0))
	}
	h = restoredHead(t, filepath.Join(dir, "gap"), "120")
	assert.Equal(t, int64(200), h.Last)
	assert.Equal(t, heardOf(120), h.LastTime)
}
