package journal

import (
	"bytes"
	"iter"
	"slices"

	"github.com/ha/doozer/store"
)

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
