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
	segmentName  = "%08d-%016d.seg" // its number, and the revision after which it begins
	snapshotName = "%016d.snap"     // the revision that it shows
	tempSuffix   = ".tmp"           // is not whole yet
)

// Segment is a file of changes, of revisions above After and up to UpTo. As a rule it has all of those,
// and the next one goes on from there.
type Segment struct {
	Path  string
	Seq   int64 // segments are numbered in the order in which they were begun
	After int64
	UpTo  int64 // math.MaxInt64: not known
	Size  int64 // bytes

	gap  bool // what comes between the segments before it and After was known to be missing
	last bool // it was the last one when the folder was listed
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
		if seq, after, ok := parseSegment(e.Name()); ok {
			segs = append(segs, Segment{Path: path, Seq: seq, After: after, Size: size(e)})
		} else if rev, ok := parseSnapshot(e.Name()); ok {
			snaps = append(snaps, Snapshot{Path: path, Rev: rev, Size: size(e)})
		}
	}
	slices.SortFunc(segs, func(a, b Segment) int { return cmp.Compare(a.Seq, b.Seq) })
	slices.SortFunc(snaps, func(a, b Snapshot) int { return cmp.Compare(a.Rev, b.Rev) })
	bound(segs)
	return segs, snaps, nil
}

func parseSegment(name string) (seq, after int64, ok bool) {
	number, rest, _ := strings.Cut(strings.TrimSuffix(name, ".seg"), "-")
	seq, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, 0, false
	}
	after, err = strconv.ParseInt(rest, 10, 64)
	return seq, after, err == nil && seq > 0 && after >= 0 && name == fmt.Sprintf(segmentName, seq, after)
}

func parseSnapshot(name string) (rev int64, ok bool) {
	rev, err := strconv.ParseInt(strings.TrimSuffix(name, ".snap"), 10, 64)
	return rev, err == nil && rev >= 0 && name == fmt.Sprintf(snapshotName, rev)
}

// bound works out up to where each segment may have records: where the next one begins, or what a later
// one tells that lies before it. A head that cannot be read might tell anything.
func bound(segs []Segment) {
	next, beyond := int64(math.MaxInt64), int64(0)
	for i := len(segs) - 1; i >= 0; i-- {
		s := &segs[i]
		s.UpTo, s.last = max(next, s.After, beyond), i == len(segs)-1
		next = s.After
		if h, err := s.Head(); err == nil {
			s.gap, beyond = h.Gap, max(beyond, h.Beyond)
		} else {
			beyond = math.MaxInt64
		}
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
