package journal

import (
	"slices"
	"time"
)

// End is the highest revision that the folder tells of, in whatever state it is, and when it was heard
// of; or the zero time, if that cannot be read.
func (a *Archive) End() (rev int64, at time.Time, err error) {
	var e end
	for _, s := range slices.Backward(a.Segments) {
		found, err := e.segment(&s)
		if err != nil {
			return 0, at, err
		}
		if found {
			break
		}
	}
	for _, snap := range a.Snapshots {
		e.raise(snap.Rev, 0) // by its name
		if h, err := snap.Head(); err == nil {
			e.raise(h.Rev, h.Time)
			e.raise(h.Last, h.LastTime)
		}
	}
	if e.heard != 0 {
		at = time.Unix(0, e.heard)
	}
	return e.rev, at, nil
}

// Latest is the revision of the tree that the folder ends with: that of the last change, or of a snapshot
// that is newer. Whether it can be had At tells.
func (a *Archive) Latest() (int64, error) {
	var e end
	if n := len(a.Segments); n > 0 {
		if _, err := e.segment(&a.Segments[n-1]); err != nil {
			return 0, err
		}
	}
	if n := len(a.Snapshots); n > 0 {
		e.raise(a.Snapshots[n-1].Rev, 0)
	}
	return e.rev, nil
}

// end is the highest revision seen, and when it was heard of; 0: not known.
type end struct{ rev, heard int64 }

func (e *end) raise(rev, heard int64) {
	if rev > e.rev || rev == e.rev && e.heard == 0 {
		e.rev, e.heard = rev, heard
	}
}

// segment takes account of one, and reports whether it found a record.
func (e *end) segment(s *Segment) (found bool, err error) {
	e.raise(s.After, 0) // by its name
	for r, err := range s.scan {
		if err != nil && !isDamage(err) {
			return false, err
		}
		if r != nil {
			e.raise(r.Rev, r.Time)
			found = true
		}
	}
	return found, nil
}
