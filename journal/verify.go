package journal

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/ha/doozer/store"
)

// Finding is something that Verify found: a *Damage, a *Gap, or a snapshot that is not whole, or
// not what the changes make of the one before it.
type Finding struct {
	Err      error
	Harmless bool // nothing is lost by it that was durable, or it was known
}

// Verify reads everything, compares each snapshot with what the changes since the one before it make
// of that, and yields what it finds. progress, if not nil, is told of the bytes read. An error that
// is not of what the files hold is the last.
func (a *Archive) Verify(progress func(bytes int64)) iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		v := &verifier{Archive: a, yield: yield, progress: progress, told: make(map[Damage]bool)}
		if v.changes() && v.remains() {
			v.snapshots()
		}
	}
}

type verifier struct {
	*Archive
	yield    func(Finding, error) bool
	progress func(bytes int64)
	told     map[Damage]bool
}

func (v *verifier) read(bytes int64) {
	if v.progress != nil {
		v.progress(bytes)
	}
}

// changes tells of all that is missing, or may be.
func (v *verifier) changes() bool {
	if len(v.Segments) == 0 {
		return true
	}
	last := &v.Segments[len(v.Segments)-1]
	for r, err := range v.Records(v.Segments[0].After+1, math.MaxInt64) {
		d, damaged := err.(*Damage)
		g, gap := err.(*Gap)
		switch {
		case r != nil:
			continue
		case damaged:
			v.told[*d] = true
		case !gap:
			v.yield(Finding{}, err)
			return false
		}
		harmless := gap && g.Stated || damaged && d.Tail && d.Path == last.Path
		if !v.yield(Finding{err, harmless}, nil) {
			return false
		}
	}
	return true
}

// remains tells of what else cannot be read: another segment has what it held, or it held no change.
func (v *verifier) remains() bool {
	for i := range v.Segments {
		s := &v.Segments[i]
		for _, err := range s.scan {
			d, damaged := err.(*Damage)
			switch {
			case err != nil && !damaged:
				v.yield(Finding{}, err)
				return false
			case damaged && !v.told[*d] && !v.yield(Finding{err, true}, nil):
				return false
			}
		}
		v.read(s.Size)
	}
	return true
}

// snapshots compares each with the one before it.
func (v *verifier) snapshots() {
	var before *Tree
	for _, snap := range v.Snapshots {
		t, err := LoadSnapshot(snap.Path)
		v.read(snap.Size)
		if err == nil && before != nil {
			err = v.compare(before, t, snap.Path)
		}
		switch {
		case err == nil:
			before = t
		case !unreadable(err) && !errors.Is(err, ErrNotWhole) && !errors.Is(err, errDiffers):
			v.yield(Finding{}, err)
			return
		case !v.yield(Finding{err, false}, nil):
			return
		}
	}
}

var errDiffers = errors.New("differs from what the changes make of the one before it")

// compare carries before on to t's revision, if no change is missing, and compares the two.
func (v *verifier) compare(before, t *Tree, path string) error {
	covered := v.Archive.read(before.Head.Rev+1, t.Head.Rev, func(r *Record, err error) bool {
		if r != nil {
			before.apply(r)
		}
		return err == nil
	})
	if covered < t.Head.Rev {
		return nil
	}
	for d := range Differences(before, t) {
		return fmt.Errorf("%s: the snapshot %w: %s", path, errDiffers, d.Path)
	}
	return nil
}

// Difference is a file that two trees do not have alike. The revision of what is not there is 0.
type Difference struct {
	Path   string
	Before store.File
	After  store.File
}

// Differences yields what makes after of before, in the order of a walk.
func Differences(before, after *Tree) iter.Seq[Difference] {
	var paths []string
	for path, f := range before.Files {
		if g, ok := after.Files[path]; !ok || g.Rev != f.Rev || !bytes.Equal(g.Value, f.Value) {
			paths = append(paths, path)
		}
	}
	for path := range after.Files {
		if _, ok := before.Files[path]; !ok {
			paths = append(paths, path)
		}
	}
	slices.SortFunc(paths, ComparePaths)
	return func(yield func(Difference) bool) {
		for _, path := range paths {
			if !yield(Difference{path, before.Files[path], after.Files[path]}) {
				return
			}
		}
	}
}
