package journal

import (
	"fmt"
	"iter"
	"path/filepath"
)

// Archive is a journal's folder, to be read. It takes no lock and changes nothing: it
// can be read beside the one that writes, and shows the files that were there when it
// was opened. Any goroutine may use it.
type Archive struct {
	Dir       string
	Segments  []Segment  // in the order in which they were begun
	Snapshots []Snapshot // by revision
}

// Read opens a folder. An empty one, or one without any file of a journal, is
// ErrNotJournal.
func Read(dir string) (*Archive, error) {
	segs, snaps, err := list(dir)
	if err != nil {
		return nil, err
	}
	if len(segs) == 0 && len(snaps) == 0 {
		return nil, fmt.Errorf("%s: %w: neither a segment nor a snapshot is in it", dir, ErrNotJournal)
	}
	return &Archive{Dir: filepath.Clean(dir), Segments: segs, Snapshots: snaps}, nil
}

// Records yields the records of revisions from to to, in order, and between them, with
// a nil record, what is wrong: a *Gap for revisions of which changes are missing, after the
// *Damage that it came of, if it did. A *Damage may also be the last; with Tail set it may then be
// a write that is under way. After any other error there is no more.
func (a *Archive) Records(from, to int64) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) { a.read(from, to, yield) }
}

// read is Records. It returns the revision up to which, from from on, no change is missing.
func (a *Archive) read(from, to int64, yield func(*Record, error) bool) (covered int64) {
	c := &cursor{from: from, to: to, yield: yield, at: from - 1, covered: from - 1}
	for i := range a.Segments {
		s := &a.Segments[i]
		if s.Limit < from || s.Limit <= s.After {
			continue // it ends before, or the next one has all of it
		}
		if s.After > to || !c.segment(s) {
			return min(c.covered, to)
		}
	}
	for _, d := range c.bad {
		if !yield(nil, d) {
			break
		}
	}
	return min(c.covered, to)
}

// cursor goes through segments.
type cursor struct {
	from, to int64
	yield    func(*Record, error) bool
	at       int64     // the latest revision passed
	covered  int64     // up to it nothing is missing
	gapped   bool      // covered stays as it is
	bad      []*Damage // met after at
}

// segment goes through one; it reports whether to go on to the next.
func (c *cursor) segment(s *Segment) bool {
	if s.After < c.from {
		c.at = s.After // this is the first one
	} else if !c.follow(s.After, s) {
		return false
	}
	for r, err := range s.scan {
		if c.at >= s.Limit || r != nil && r.Rev > s.Limit {
			return true // the next one has the rest
		}
		if !c.take(r, err) {
			return false
		}
	}
	return true
}

func (c *cursor) take(r *Record, err error) bool {
	if d, ok := err.(*Damage); ok {
		c.bad = append(c.bad, d)
		return true
	}
	if err != nil {
		c.yield(nil, err)
		return false
	}
	if !c.follow(r.Rev-r.Step, nil) {
		return false
	}
	if c.at = r.Rev; !c.gapped {
		c.covered = c.at
	}
	return c.at < c.from || c.at <= c.to && c.yield(r, nil)
}

// follow goes on from what comes after a revision. If that is not where it is, there is a
// gap; else what was damaged is harmless: what was lost lies elsewhere, too. s is the segment that
// begins here, if one does.
func (c *cursor) follow(after int64, s *Segment) bool {
	bad, missing := c.bad, after > c.at && after >= c.from
	c.bad = nil
	if !missing {
		return true
	}
	for _, d := range bad {
		if !c.yield(nil, d) {
			return false
		}
	}
	gap := &Gap{After: max(c.at, c.from-1), UpTo: after}
	if s != nil {
		h, err := s.Head()
		gap.Stated = err == nil && h.Gap
	}
	c.at, c.gapped = after, true
	return c.yield(nil, gap)
}
