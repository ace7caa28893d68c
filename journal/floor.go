package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// floor is a file that tells a revision that was durable once. So a journal that ends below it
// is known to have lost something; where it ends above, a write was under way.
type floor struct {
	rev   int64 // never falls
	dirty bool  // the file tells a lower one
	saved time.Time
}

const (
	floorName  = "durable"
	floorEvery = time.Second // between two writes of it
)

// raise notes that a revision is durable, and saves that unless it did so a moment ago.
func (f *floor) raise(dir string, rev int64, now time.Time) error {
	if rev <= f.rev {
		return nil
	}
	f.rev, f.dirty = rev, true
	if now.Sub(f.saved) < floorEvery {
		return nil
	}
	f.saved = now
	return f.save(dir)
}

// save replaces the file as a whole. It is not synced: after a power cut it may be older, and that
// is no harm.
func (f *floor) save(dir string) error {
	if !f.dirty {
		return nil
	}
	path := filepath.Join(dir, floorName)
	if err := os.WriteFile(path+tempSuffix, []byte(strconv.FormatInt(f.rev, 10)+"\n"), 0o600); err != nil {
		return err
	}
	if err := os.Rename(path+tempSuffix, path); err != nil {
		return err
	}
	f.dirty = false
	return nil
}

// loadFloor is the saved revision, or 0.
func loadFloor(dir string) (int64, error) {
	b, err := os.ReadFile(filepath.Join(dir, floorName))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	rev, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	if err != nil {
		return 0, nil // a power cut may leave it empty
	}
	return rev, nil
}
