package journal

import (
	"fmt"
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
	if err := os.WriteFile(path+tempSuffix, []byte(floorText(f.rev)), 0o600); err != nil {
		return err
	}
	if err := os.Rename(path+tempSuffix, path); err != nil {
		return err
	}
	f.dirty = false
	return nil
}

// floorText is what the file holds: the revision, and a checksum.
func floorText(rev int64) string {
	text := strconv.FormatInt(rev, 10)
	return fmt.Sprintf("%s %08x\n", text, messageSum(0, []byte(text)))
}

// loadFloor is the saved revision; or 0, if there is none that can be read: it is of use, and no more.
func loadFloor(dir string) int64 {
	b, err := os.ReadFile(filepath.Join(dir, floorName))
	if err != nil {
		return 0
	}
	text, _, _ := strings.Cut(string(b), " ")
	rev, ok := parseNumber(text)
	if !ok || string(b) != floorText(rev) {
		return 0
	}
	return rev
}
