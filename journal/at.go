package journal

import (
	"errors"
	"fmt"
	"slices"
)

// At is the tree as of a revision. It begins with the newest snapshot up to rev that is whole, and
// goes on by the records after it. ErrMissing: the journal does not have all that it takes; the error
// tells the nearest revisions that it has.
func (a *Archive) At(rev int64, p Progress) (*Tree, error) {
	var failure error
	for _, snap := range slices.Backward(a.Snapshots) {
		if snap.Rev > rev {
			continue
		}
		t, err := snap.load(p)
		if err == nil {
			return a.carry(t, rev, failure, p)
		}
		if !ofContents(err) {
			return nil, err
		}
		failure = errors.Join(failure, err)
	}
	return nil, a.missing(rev, errors.Join(failure, fmt.Errorf("%w up to it", ErrNoSnapshot)), p)
}

// carry makes of t the tree as of a later revision. lost is why it does not begin with a later tree.
func (a *Archive) carry(t *Tree, rev int64, lost error, p Progress) (*Tree, error) {
	if t.Head.Rev == rev {
		return t, nil
	}
	var broken error
	c := &cursor{from: t.Head.Rev + 1, to: rev, progress: p}
	c.yield = func(r *Record, err error) bool {
		switch {
		case err == nil:
			t.apply(r)
			return true
		case ofContents(err):
			lost = errors.Join(lost, err)
			return isDamage(err)
		}
		broken = err
		return false
	}
	covered := a.read(c)
	switch {
	case broken != nil:
		return nil, broken
	case covered < rev:
		return nil, a.missing(rev, lost, p)
	}
	t.Head.Rev = rev
	return t, nil
}

// missing is the error that a revision cannot be had, and why.
func (a *Archive) missing(rev int64, why error, p Progress) error {
	spans, err := a.Spans(p)
	if err != nil {
		return err
	}
	err = fmt.Errorf("%s: revision %d is %w%s", a.Dir, rev, ErrMissing, nearest(spans, rev))
	if why != nil {
		err = fmt.Errorf("%w: %w", err, why)
	}
	return err
}

// nearest says which revisions before and after rev can be had.
func nearest(spans []Span, rev int64) string {
	i := slices.IndexFunc(spans, func(s Span) bool { return s.First > rev })
	switch {
	case len(spans) == 0:
		return ", nor is any other"
	case i < 0:
		return fmt.Sprintf(", the nearest is %d", spans[len(spans)-1].Last)
	case i == 0:
		return fmt.Sprintf(", the nearest is %d", spans[0].First)
	}
	return fmt.Sprintf(", the nearest are %d and %d", spans[i-1].Last, spans[i].First)
}
