package journal_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// harms are the findings that are not harmless, and notes those that are.
func findings(t *testing.T, a *journal.Archive) (harms, notes []string) {
	t.Helper()
	for f, err := range a.Verify(nil) {
		assert.Equal(t, nil, err)
		if f.Harmless {
			notes = append(notes, f.Err.Error())
		} else {
			harms = append(harms, f.Err.Error())
		}
	}
	return harms, notes
}

// A tail that is cut off is harmless if it was never durable, and a loss if it was.
func TestVerifyKnowsWhatWasDurable(t *testing.T) {
	w := gapped(t)
	path := w.read().Segments[1].Path
	info, err := os.Stat(path)
	assert.Equal(t, nil, err)
	assert.Equal(t, nil, os.Truncate(path, info.Size()-1))
	assert.Equal(t, nil, os.WriteFile(filepath.Join(w.dir, "durable"), []byte("nonsense"), 0o600)) // tells nothing
	harms, notes := findings(t, w.read())
	assert.Equal(t, 0, len(harms), harms)
	assert.Equal(t, 2, len(notes), notes) // the gap, and the tail

	assert.Equal(t, nil, w.Close()) // notes that 70 was durable
	harms, _ = findings(t, w.read())
	assert.Equal(t, []string{w.dir + ": revision 70 was durable, and 60 is the last: the end is lost"}, harms)
}

// A snapshot is compared where the changes since the one before it are there, and nowhere else.
func TestVerifyComparesSnapshots(t *testing.T) {
	w := gapped(t)
	save := func(rev, file int64) {
		h := &journal.Head{Rev: rev}
		files := func(yield func(store.File, error) bool) {
			yield(store.File{Path: "/a", Value: []byte("v"), Rev: file}, nil)
		}
		assert.Equal(t, nil, journal.SaveSnapshot(journal.SnapshotPath(w.dir, rev), h, files))
	}
	save(5, 3)   // before the first change
	save(25, 20) // right
	save(40, 39) // in the gap
	save(65, 60) // right
	save(90, 89) // beyond the end
	harms, _ := findings(t, w.read())
	assert.Equal(t, 0, len(harms), harms)
	save(25, 19)
	harms, _ = findings(t, w.read())
	assert.Equal(t, 1, len(harms), harms)
	save(70, 60)
	harms, _ = findings(t, w.read())
	assert.Equal(t, 2, len(harms), harms)
}
