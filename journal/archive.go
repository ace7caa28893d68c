package journal

import (
	"fmt"
	"iter"
	"path/filepath"
	"slices"
)

// Archive is a journal's folder, to be read. It takes no lock and changes nothing: it
// can be read beside the one that writes, and shows the files that were there when it
// was opened. Any goroutine may use it.
type Archive struct {
	Dir       string
	Segments  []Segment  // in the order in which they were begun
	Snapshots []Snapshot // by revision

	floor int64 // a revision that was durable before it was opened
}

// Read opens a folder. An empty one, or one without any file of a journal, is
// ErrNotJournal.
func Read(dir string) (*Archive, error) {
	floor, err := loadFloor(dir)
	if err != nil {
		return nil, err
	}
	segs, snaps, err := list(dir)
	if err != nil {
		return nil, err
	}
	if len(segs) == 0 && len(snaps) == 0 {
		return nil, fmt.Errorf("%s: %w: neither a segment nor a snapshot is in it", dir, ErrNotJournal)
	}
	return &Archive{Dir: filepath.Clean(dir), Segments: segs, Snapshots: snaps, floor: floor}, nil
}

// Records yields the records of revisions from to to, in order, and between them, with
// a nil record, what is wrong: a *Gap for revisions of which changes are missing, after the
// *Damage that it came of, if it did. A *Damage may also be the last; with Tail set it may then be
// a write that is under way. After any other error there is no more.
func (a *Archive) Records(from, to int64) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) { a.read(&cursor{from: from, to: to, yield: yield}) }
}

// read has c go through the segments. It returns the revision up to which, from c.from on, no change
// is missing.
func (a *Archive) read(c *cursor) (covered int64) {
	c.at, c.covered = c.from-1, c.from-1
	for i := range a.Segments {
		s := &a.Segments[i]
		do := c.segment
		if s.Limit < c.from || s.Limit <= s.After {
			do = c.passOver // it ends before, or the next one has all of it
		}
		if s.After > c.to || !do(s) {
			return min(c.covered, c.to)
		}
	}
	for _, d := range c.bad {
		if !c.yield(nil, d) {
			break
		}
	}
	return min(c.covered, c.to)
}

// cursor goes through segments.
type cursor struct {
	from, to int64
	progress Progress
	yield    func(*Record, error) bool
	spare    func(*Damage) bool // if not nil, gets what was damaged where nothing that counts is missing

	at      int64     // the latest revision passed
	covered int64     // up to it nothing is missing
	gapped  bool      // covered stays as it is
	bad     []*Damage // met after at
}

// segment goes through one; it reports whether to go on to the next.
func (c *cursor) segment(s *Segment) bool {
	if s.After < c.from {
		c.at = s.After // this is the first one
	} else if !c.follow(s.After, s) {
		return false
	}
	past := false
	for r, err := range s.records(c.progress) {
		past = past || c.at >= s.Limit || r != nil && r.Rev > s.Limit
		switch {
		case past && c.spare == nil:
			return true // the next one has the rest
		case past && !c.pass(err), !past && !c.take(r, err):
			return false
		}
	}
	return true
}

// passOver goes through a segment of which nothing counts.
func (c *cursor) passOver(s *Segment) bool {
	if c.spare == nil {
		return true
	}
	for _, err := range s.records(c.progress) {
		if !c.pass(err) {
			return false
		}
	}
	return true
}

// pass goes past what does not count.
func (c *cursor) pass(err error) bool {
	d, damaged := err.(*Damage)
	switch {
	case damaged:
		return c.spare(d)
	case err != nil:
		c.yield(nil, err)
		return false
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
		return c.spareAll(bad)
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

func (c *cursor) spareAll(bad []*Damage) bool {
	for _, d := range bad {
		if c.spare != nil && !c.spare(d) {
			return false
		}
	}
	return true
}

// Bytes is how long all files are together: as much as Verify reads.
func (a *Archive) Bytes() (n int64) {
	for _, s := range a.Segments {
		n += s.Size
	}
	for _, s := range a.Snapshots {
		n += s.Size
	}
	return n
}

// BytesTo is about how much At reads for a revision.
func (a *Archive) BytesTo(rev int64) (n int64) {
	var from int64
	for _, s := range slices.Backward(a.Snapshots) {
		if s.Rev <= rev {
			n, from = s.Size, s.Rev
			break
		}
	}
	for _, s := range a.Segments {
		if s.Limit > from && s.After < rev && from < rev {
			n += s.Size
		}
	}
	return n
}
