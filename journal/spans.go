package journal

import (
	"cmp"
	"math"
	"os"
	"slices"
)

// Span is a stretch of revisions: the tree as of each of them can be had.
type Span struct{ First, Last int64 }

// Spans are those of a folder, in order. It reads everything.
func (a *Archive) Spans(p Progress) ([]Span, error) {
	runs, err := a.runs(p)
	if err != nil {
		return nil, err
	}
	var spans []Span
	for _, snap := range a.Snapshots {
		if n := len(spans); n > 0 && spans[n-1].Last >= snap.Rev {
			continue
		}
		if err := snap.check(p); ofContents(err) {
			continue
		} else if err != nil {
			return nil, err
		}
		span := Span{snap.Rev, snap.Rev}
		for _, run := range runs {
			if run.First <= snap.Rev && snap.Rev <= run.Last {
				span.Last = run.Last
			}
		}
		spans = append(spans, span)
	}
	return spans, nil
}

// runs are the stretches of revisions between which no change is missing.
func (a *Archive) runs(p Progress) (runs []Span, failure error) {
	if len(a.Segments) == 0 {
		return nil, nil
	}
	first := a.First()
	run := Span{first, first}
	c := &cursor{from: first + 1, to: math.MaxInt64, progress: p}
	c.yield = func(r *Record, err error) bool {
		switch e := err.(type) {
		case nil:
			run.Last = r.Rev
		case *Damage:
		case *Gap:
			run.Last = e.After
			runs = append(runs, run)
			run = Span{e.UpTo, e.UpTo}
		default:
			failure = err
			return false
		}
		return true
	}
	a.read(c)
	return append(runs, run), failure
}

// First is the revision after which the changes of the segments begin; 0 if there is no segment.
func (a *Archive) First() int64 {
	if len(a.Segments) == 0 {
		return 0
	}
	return slices.MinFunc(a.Segments, func(s, t Segment) int { return cmp.Compare(s.After, t.After) }).After
}

// check says whether a snapshot is whole, and what its name says.
func (s *Snapshot) check(p Progress) error {
	f, err := os.Open(s.Path)
	if err != nil {
		return gone(err)
	}
	defer f.Close()
	r, err := NewSnapshotReader(p.Reader(&patient{src: f}), s.Path)
	if err != nil {
		return err
	}
	for _, err := range r.Files() {
		if err != nil {
			return err
		}
	}
	return s.checkName(r.Head)
}
