package journal

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
)

// The names of files say what they are, so that damage within one cannot hide it.
const (
	segmentName  = "%08d-%016d.seg" // its number, and the revision after which it has every change
	snapshotName = "%016d.snap"     // the revision that it shows
	tempPattern  = "*.tmp"          // a snapshot that is not whole yet
)

// Segment is a file of changes. Of what lies in it, the changes after After and up to
// Limit count: beyond Limit the segment that follows it has them, perhaps again.
type Segment struct {
	Path  string
	Seq   int64 // segments are numbered in the order in which they were begun
	After int64
	Limit int64 // math.MaxInt64 for the last one
	Size  int64 // bytes
}

// Snapshot is a file that shows the whole tree at one revision.
type Snapshot struct {
	Path string
	Rev  int64
	Size int64 // bytes
}

// list finds a folder's files by their names; all others are passed over.
func list(dir string) (segs []Segment, snaps []Snapshot, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		var seq, rev int64
		name, path := e.Name(), filepath.Join(dir, e.Name())
		if _, err := fmt.Sscanf(name, segmentName, &seq, &rev); err == nil && name == fmt.Sprintf(segmentName, seq, rev) {
			segs = append(segs, Segment{Path: path, Seq: seq, After: rev, Size: size(e)})
		} else if _, err := fmt.Sscanf(name, snapshotName, &rev); err == nil && name == fmt.Sprintf(snapshotName, rev) {
			snaps = append(snaps, Snapshot{Path: path, Rev: rev, Size: size(e)})
		}
	}
	slices.SortFunc(segs, func(a, b Segment) int { return cmp.Compare(a.Seq, b.Seq) })
	slices.SortFunc(snaps, func(a, b Snapshot) int { return cmp.Compare(a.Rev, b.Rev) })
	limit := int64(math.MaxInt64)
	for i := len(segs) - 1; i >= 0; i-- {
		segs[i].Limit = limit
		limit = min(limit, segs[i].After)
	}
	return segs, snaps, nil
}

// size is a file's, or 0 if it has just gone.
func size(e os.DirEntry) int64 {
	info, err := e.Info()
	if err != nil {
		return 0
	}
	return info.Size()
}

// syncDir makes durable which files a folder has.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
