package journal

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/ha/doozer/store"
)

// Tree is all files as of one revision.
type Tree struct {
	Head  *Head
	Files map[string]store.File // by path
}

// LoadSnapshot reads a whole snapshot. One that is damaged is ErrNotWhole.
func LoadSnapshot(path string) (*Tree, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := NewSnapshotReader(f, path)
	if err != nil {
		return nil, err
	}
	t := &Tree{s.Head, make(map[string]store.File)}
	for f, err := range s.Files() {
		if isDamage(err) {
			err = fmt.Errorf("the snapshot is %w: %w", ErrNotWhole, err)
		}
		if err != nil {
			return nil, err
		}
		t.Files[f.Path] = f
	}
	return t, nil
}

// apply makes t the tree as of a record.
func (t *Tree) apply(r *Record) {
	for _, c := range r.Changes {
		if c.Del {
			delete(t.Files, c.Path)
		} else {
			t.Files[c.Path] = store.File{Path: c.Path, Value: c.Value, Rev: r.Rev}
		}
	}
	t.Head.Rev, t.Head.Time = r.Rev, r.Time
}

// Match yields the files whose paths match a glob, in the order of a walk: depth first,
// names in byte order.
func (t *Tree) Match(g store.Glob) iter.Seq2[store.File, error] {
	paths := slices.SortedFunc(func(yield func(string) bool) {
		for path := range maps.Keys(t.Files) {
			if g.Match(path) && !yield(path) {
				return
			}
		}
	}, ComparePaths)
	return func(yield func(store.File, error) bool) {
		for _, path := range paths {
			if !yield(t.Files[path], nil) {
				return
			}
		}
	}
}

// ComparePaths orders paths as a walk does: "/a/x" before "/a-b".
func ComparePaths(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		switch {
		case a[i] == b[i]:
		case a[i] == '/':
			return -1
		case b[i] == '/':
			return 1
		default:
			return int(a[i]) - int(b[i])
		}
	}
	return strings.Compare(a, b)
}

// At is the tree as of a revision. It begins with the newest snapshot up to rev that is whole, and
// goes on by the records after it. progress, if not nil, is called now and then with the
// revision reached. ErrMissing: the journal does not have all that it takes.
func (a *Archive) At(rev int64, progress func(rev int64)) (*Tree, error) {
	var failure error
	for _, snap := range slices.Backward(a.Snapshots) {
		if snap.Rev > rev {
			continue
		}
		t, err := a.build(snap, rev, progress)
		if err == nil {
			return t, nil
		}
		if failure == nil {
			failure = err
		}
	}
	if failure == nil {
		failure = fmt.Errorf("%s: revision %d is %w: %w up to it", a.Dir, rev, ErrMissing, ErrNoSnapshot)
	}
	return nil, failure
}

func (a *Archive) build(snap Snapshot, rev int64, progress func(int64)) (*Tree, error) {
	t, err := LoadSnapshot(snap.Path)
	if err != nil {
		return nil, err
	}
	var failure error
	covered := a.read(snap.Rev+1, rev, func(r *Record, err error) bool {
		if err != nil {
			failure = errors.Join(failure, err)
			return isDamage(err)
		}
		t.apply(r)
		if progress != nil {
			progress(r.Rev)
		}
		return true
	})
	if covered < rev && snap.Rev < rev {
		err := fmt.Errorf("%s: revision %d is %w: from the snapshot at %d on it has all up to %d", a.Dir, rev, ErrMissing, snap.Rev, covered)
		return nil, errors.Join(err, failure)
	}
	t.Head.Rev = rev
	return t, nil
}
