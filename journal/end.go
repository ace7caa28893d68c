package journal

import (
	"slices"
	"time"
)

// End is the highest revision that the folder tells of, in whatever state it is, and when it was heard
// of; or the zero time, if that cannot be read.
func (a *Archive) End() (rev int64, at time.Time, err error) {
	e, err := a.last()
	if err != nil {
		return 0, at, err
	}
	for _, s := range a.Segments {
		e.raise(s.After, 0) // by its name
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
	e, err := a.last()
	if err != nil {
		return 0, err
	}
	if n := len(a.Snapshots); n > 0 {
		e.raise(a.Snapshots[n-1].Rev, 0)
	}
	return e.rev, nil
}

// End is the revision of the segment's last record, and when it was heard of; After, if there is none.
func (s *Segment) End() (rev int64, at time.Time, err error) {
	e := end{rev: s.After}
	if err := e.read(s); err != nil || e.heard == 0 {
		return e.rev, at, err
	}
	return e.rev, time.Unix(0, e.heard), nil
}

// lastRecord looks for the record of the highest revision.
func (a *Archive) lastRecord() (e end, err error) {
	for _, s := range slices.Backward(a.Segments) {
		if s.UpTo <= e.rev {
			continue
		}
		if err := e.read(&s); err != nil {
			return e, err
		}
	}
	return e, nil
}

// end is the highest revision seen, and when it was heard of; 0: not known.
type end struct{ rev, heard int64 }

func (e *end) raise(rev, heard int64) {
	if rev > e.rev || rev == e.rev && e.heard == 0 {
		e.rev, e.heard = rev, heard
	}
}

// read goes through a segment's records.
func (e *end) read(s *Segment) error {
	for r, err := range s.scan {
		switch {
		case err != nil && !isDamage(err):
			return err
		case r != nil:
			e.raise(r.Rev, r.Time)
		}
	}
	return nil
}
