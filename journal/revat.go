package journal

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// RevAt is the highest revision that was heard of at t or before. Clocks that were set may have given a later
// revision an earlier time, so it looks at all of them, from the end on. ErrMissing: all are later.
func (a *Archive) RevAt(t time.Time, p Progress) (int64, error) {
	f := &finder{at: t.UnixNano(), oldest: math.MaxInt64}
	for _, s := range slices.Backward(a.Segments) {
		if s.UpTo <= f.rev {
			continue
		}
		if err := f.segment(&s, p); err != nil {
			return 0, err
		}
	}
	for _, snap := range a.Snapshots {
		if h, err := snap.Head(); err == nil {
			f.consider(h.Rev, h.Time)
		}
	}
	switch {
	case f.rev > 0:
		return f.rev, nil
	case f.oldest == math.MaxInt64:
		return 0, fmt.Errorf("%s: the tree of %s is %w: it tells no times", a.Dir, t.Format(time.RFC3339), ErrMissing)
	}
	return 0, fmt.Errorf("%s: the tree of %s is %w: the oldest is of %s",
		a.Dir, t.Format(time.RFC3339), ErrMissing, time.Unix(0, f.oldest).In(t.Location()).Format(time.RFC3339))
}

// finder finds the highest revision of a time.
type finder struct {
	at, oldest int64 // in nanoseconds since 1970
	rev        int64
}

func (f *finder) consider(rev, heard int64) {
	if heard == 0 {
		return // not known
	}
	f.oldest = min(f.oldest, heard)
	if heard <= f.at {
		f.rev = max(f.rev, rev)
	}
}

// segment considers a segment's records.
func (f *finder) segment(s *Segment, p Progress) error {
	for r, err := range s.records(p) {
		switch {
		case err != nil && !isDamage(err):
			return err
		case r != nil:
			f.consider(r.Rev, r.Time)
		}
	}
	return nil
}
