package journal

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The names of files say what they are, so that damage within one cannot hide it.
const (
	segmentName  = "%08d-%016d.seg"       // its number, and the revision after which it begins;
	overlapName  = "%08d-%016d-%016d.seg" // and the highest one before it, if that is beyond
	snapshotName = "%016d.snap"           // the revision that it shows
	tempSuffix   = ".tmp"                 // is not whole yet
)

// Segment is a file of changes, of revisions above After and up to UpTo. As a rule it has all of those,
// and the next one goes on from there.
type Segment struct {
	Path  string
	Seq   int64 // segments are numbered in the order in which they were begun
	After int64
	UpTo  int64 // math.MaxInt64: not known
	Size  int64 // bytes

	beyond int64 // the highest revision in the segments before it, if that is above After
	newest bool  // it was the last one when the folder was listed
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
		if !e.Type().IsRegular() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if s, ok := parseSegment(e.Name()); ok {
			s.Path, s.Size = path, size(e)
			segs = append(segs, s)
		} else if rev, ok := parseSnapshot(e.Name()); ok {
			snaps = append(snaps, Snapshot{Path: path, Rev: rev, Size: size(e)})
		}
	}
	slices.SortFunc(segs, func(a, b Segment) int { return cmp.Compare(a.Seq, b.Seq) })
	slices.SortFunc(snaps, func(a, b Snapshot) int { return cmp.Compare(a.Rev, b.Rev) })
	bound(segs)
	return segs, snaps, nil
}

// nameSegment is the name of a segment.
func nameSegment(seq, after, beyond int64) string {
	if beyond > after {
		return fmt.Sprintf(overlapName, seq, after, beyond)
	}
	return fmt.Sprintf(segmentName, seq, after)
}

func parseSegment(name string) (s Segment, ok bool) {
	var n [3]int64
	fields := strings.Split(strings.TrimSuffix(name, ".seg"), "-")
	if len(fields) > len(n) {
		return s, false
	}
	for i, field := range fields {
		if n[i], ok = parseNumber(field); !ok {
			return s, false
		}
	}
	s = Segment{Seq: n[0], After: n[1], beyond: n[2]}
	return s, s.Seq > 0 && name == nameSegment(n[0], n[1], n[2])
}

func parseSnapshot(name string) (rev int64, ok bool) {
	rev, ok = parseNumber(strings.TrimSuffix(name, ".snap"))
	return rev, ok && name == fmt.Sprintf(snapshotName, rev)
}

// parseNumber reads one that can be a revision, or count segments.
func parseNumber(text string) (n int64, ok bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0 && n <= maxRestoreRev
}

// bound works out up to where each segment may have records: where the next one begins, or what a later
// one tells that lies before it.
func bound(segs []Segment) {
	next, beyond := int64(math.MaxInt64), int64(0)
	for i := len(segs) - 1; i >= 0; i-- {
		s := &segs[i]
		s.UpTo, s.newest = max(next, s.After, beyond), i == len(segs)-1
		next, beyond = s.After, max(beyond, s.beyond)
	}
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
func syncDir(dir string) error { return syncFile(dir) }

// syncFile makes durable what a file has, whoever wrote it.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
