package journal

import (
	"fmt"
	"iter"
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

// LoadSnapshot reads a whole snapshot. One that is damaged is ErrNotWhole; or ErrNotJournal, where its head is.
func LoadSnapshot(path string) (*Tree, error) { return loadSnapshot(path, nil) }

func loadSnapshot(path string, p Progress) (*Tree, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := NewSnapshotReader(p.Reader(&patient{src: f}), path)
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

// load reads a snapshot of a folder.
func (s *Snapshot) load(p Progress) (*Tree, error) {
	t, err := loadSnapshot(s.Path, p)
	if err != nil {
		return nil, gone(err)
	}
	return t, s.checkName(t.Head)
}

func (s *Snapshot) checkName(h *Head) error {
	if h.Rev != s.Rev {
		return fmt.Errorf("%s: %w: it shows revision %d", s.Path, ErrNotJournal, h.Rev)
	}
	return nil
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
	paths := make([]string, 0, len(t.Files))
	for path := range t.Files {
		if g.Match(path) {
			paths = append(paths, path)
		}
	}
	slices.SortFunc(paths, ComparePaths)
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
