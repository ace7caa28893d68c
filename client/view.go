package client

import (
	"iter"
	"slices"
	"strings"
)

// View is the files that match a glob, all as of one revision. It never changes,
// and any number of goroutines may use it. Its values are not to be written to.
type View struct {
	rev   int64
	files []File // in the order of a walk
}

// Rev is the revision of the last change that the view shows, or the one that it
// was read at.
func (v *View) Rev() int64 { return v.rev }

// Len is the number of files.
func (v *View) Len() int { return len(v.files) }

// Get returns a file, and whether it is there.
func (v *View) Get(path string) (File, bool) {
	i, ok := slices.BinarySearchFunc(v.files, path, func(f File, path string) int {
		return comparePaths(f.Path, path)
	})
	if !ok {
		return File{}, false
	}
	return v.files[i], true
}

// All goes through the files as a walk does: depth first, and in byte order of names.
func (v *View) All() iter.Seq[File] { return slices.Values(v.files) }

// comparePaths orders paths as a walk does: an entry of a directory comes before what
// follows the directory.
func comparePaths(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	a, b = a[n:], b[n:]
	switch {
	case a != "" && b != "" && a[0] == '/':
		return -1
	case a != "" && b != "" && b[0] == '/':
		return 1
	}
	return strings.Compare(a, b)
}

// with returns the view as it is after changes that follow it, in order.
func (v *View) with(changes []Event) *View {
	last := make(map[string]Event, len(changes))
	for _, ev := range changes {
		last[ev.Path] = ev
	}
	paths := make([]string, 0, len(last))
	for path := range last {
		paths = append(paths, path)
	}
	slices.SortFunc(paths, comparePaths)

	next := &View{rev: changes[len(changes)-1].Rev, files: make([]File, 0, len(v.files)+len(paths))}
	old := v.files
	for _, path := range paths {
		n, found := slices.BinarySearchFunc(old, path, func(f File, path string) int {
			return comparePaths(f.Path, path)
		})
		next.files = append(next.files, old[:n]...)
		if found {
			n++
		}
		old = old[n:]
		if ev := last[path]; !ev.Del {
			next.files = append(next.files, File{Path: path, Value: ev.Value, Rev: ev.Rev})
		}
	}
	next.files = append(next.files, old...)
	return next
}

// since is what differs from an older view, in the order of a walk.
func (v *View) since(old *View) (changes []Event) {
	a, b := old.files, v.files
	for len(a) > 0 || len(b) > 0 {
		order := 0
		switch {
		case len(a) == 0:
			order = 1
		case len(b) == 0:
			order = -1
		default:
			order = comparePaths(a[0].Path, b[0].Path)
		}
		switch {
		case order < 0:
			changes = append(changes, Event{Path: a[0].Path, Rev: v.rev, Del: true})
			a = a[1:]
			continue
		case order == 0:
			if a[0].Rev != b[0].Rev {
				changes = append(changes, set(b[0]))
			}
			a = a[1:]
		default:
			changes = append(changes, set(b[0]))
		}
		b = b[1:]
	}
	for i := range len(changes) - 1 {
		changes[i].More = true
	}
	return changes
}

func set(f File) Event { return Event{Path: f.Path, Value: f.Value, Rev: f.Rev} }

// names is the names in the directory at path.
func (v *View) names(path string) (names []string) {
	prefix := path + "/"
	i, _ := slices.BinarySearchFunc(v.files, prefix, func(f File, prefix string) int {
		return comparePaths(f.Path, prefix)
	})
	for ; i < len(v.files) && strings.HasPrefix(v.files[i].Path, prefix); i++ {
		name, _, _ := strings.Cut(v.files[i].Path[len(prefix):], "/")
		if n := len(names); n == 0 || names[n-1] != name {
			names = append(names, name)
		}
	}
	return names
}
