package journal

import (
	"errors"
	"fmt"
	"iter"
	"math"
)

// Finding is something that Verify found: a *Damage, a *Gap, a snapshot that is not whole, or
// not what the changes make of the one before it, or an end that is lost.
type Finding struct {
	Err      error
	Harmless bool // nothing is lost by it that was durable, or it was known
}

// Verify reads everything, compares each snapshot with what the changes since the one before it make
// of that, looks whether the end is there that was durable, and yields what it finds. An error that
// is not of what the files hold is the last. p is told of as many bytes as the files have.
func (a *Archive) Verify(p Progress) iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		v := &verifier{Archive: a, yield: yield, progress: p, snaps: a.Snapshots}
		_ = v.changes() && v.upTo(math.MaxInt64) && v.durable()
	}
}

// Harmless says of an error that Records yielded whether nothing is lost by it that was durable, or
// it was known: a gap that is stated, or a write that was cut short.
func Harmless(err error) bool {
	switch e := err.(type) {
	case *Gap:
		return e.Stated
	case *Damage:
		return e.Cut
	}
	return false
}

// verifier carries a tree through all changes.
type verifier struct {
	*Archive
	yield    func(Finding, error) bool
	progress Progress
	snaps    []Snapshot // that are yet to be read
	tree     *Tree      // as of the latest change; nil: not known
	covered  int64      // up to it, from tree on, no change is missing
	trees    int        // snapshots that are whole
	ended    bool
}

// found tells of something; it reports whether to go on.
func (v *verifier) found(err error, harmless bool) bool {
	if v.ended {
		return false
	}
	if ofContents(err) || errors.Is(err, errDiffers) || errors.Is(err, errLost) || errors.Is(err, ErrNoSnapshot) {
		v.ended = !v.yield(Finding{err, harmless}, nil)
	} else {
		v.ended = true
		v.yield(Finding{}, err)
	}
	return !v.ended
}

// changes goes through all segments, also through what does not count in them.
func (v *verifier) changes() bool {
	if len(v.Segments) == 0 {
		return true
	}
	first := v.First()
	if len(v.snaps) > 0 {
		first = min(first, v.snaps[0].Rev) // from where on changes were kept
	}
	if !v.skip(first) {
		return false
	}
	c := &cursor{from: first + 1, to: math.MaxInt64, progress: v.progress, yield: v.take}
	c.spare = func(d *Damage) bool { return v.found(d, true) }
	v.read(c)
	return !v.ended
}

func (v *verifier) take(r *Record, err error) bool {
	gap, gapped := err.(*Gap)
	switch {
	case gapped:
		v.covered = gap.After
		before := len(v.Snapshots) > 0 && gap.UpTo <= v.Snapshots[0].Rev // what nobody can go back to
		return v.found(err, gap.Stated || before) && v.upTo(gap.After) && v.skip(gap.UpTo)
	case err != nil:
		return v.found(err, Harmless(err))
	}
	v.covered = r.Rev - 1
	ok := v.upTo(v.covered)
	v.covered = r.Rev
	if v.tree != nil {
		v.tree.apply(r)
	}
	return ok
}

// skip goes on to a revision up to which changes are missing.
func (v *verifier) skip(to int64) bool {
	ok := v.upTo(to - 1)
	v.tree, v.covered = nil, to
	return ok
}

// upTo reads the snapshots up to a revision.
func (v *verifier) upTo(rev int64) bool {
	for len(v.snaps) > 0 && v.snaps[0].Rev <= rev {
		t, err := v.snaps[0].load(v.progress)
		if err == nil && v.tree != nil && v.snaps[0].Rev <= v.covered {
			err = compare(v.tree, t, v.snaps[0].Path)
		}
		if err == nil {
			v.tree = t
			v.trees++
		} else if !v.found(err, false) {
			return false
		}
		v.snaps = v.snaps[1:]
	}
	return true
}

// durable tells if the end is missing.
func (v *verifier) durable() bool {
	end := v.covered
	if len(v.Segments) == 0 && v.tree != nil {
		end = v.tree.Head.Rev
	}
	if v.trees == 0 && !v.found(fmt.Errorf("%s: %w that is whole: no tree can be had", v.Dir, ErrNoSnapshot), false) {
		return false
	}
	return end >= v.floor || v.found(fmt.Errorf("%s: revision %d was durable, and %d is the last: %w", v.Dir, v.floor, end, errLost), false)
}

var (
	errDiffers = errors.New("differs from what the changes make of the one before it")
	errLost    = errors.New("the end is lost")
)

func compare(made, saved *Tree, path string) error {
	for d := range Differences(made, saved) {
		return fmt.Errorf("%s: the snapshot %w: %s", path, errDiffers, d.Path)
	}
	return nil
}
