package store

import (
	"iter"
	"strings"
)

// Entry is the name of dir's entry number i, from 0, in byte order, in O(log n)
// steps at the newest revision; at an older one, pages says how. Errors: ErrNoEnt,
// ErrNotDir, ErrRange.
func (v View) Entry(dir string, i int) (name string, err error) {
	path, err := v.entry(dir, i)
	if err != nil {
		return "", err
	}
	return path[len(inside(dir)):], nil
}

// Entries yields the names in dir in byte order, from number offset on; none if
// there are no more than that. Errors: ErrNoEnt, ErrNotDir, ErrRange below 0.
func (v View) Entries(dir string, offset int) (iter.Seq[string], error) {
	from, err := v.entry(dir, offset)
	if err == ErrRange && offset >= 0 {
		return func(func(string) bool) {}, nil
	}
	if err != nil {
		return nil, err
	}
	prefix := inside(dir)
	return func(yield func(string) bool) {
		v.each(prefix, from, func(path string, _ *version) bool {
			return yield(path[len(prefix):])
		})
	}, nil
}

// entry is the path of dir's entry number i.
func (v View) entry(dir string, i int) (path string, err error) {
	switch _, rev := v.Get(dir); {
	case rev == Missing:
		return "", ErrNoEnt
	case rev != Dir:
		return "", ErrNotDir
	case i < 0:
		return "", ErrRange
	}
	if !v.newest() {
		if path, ok := v.pages.find(v.list(dir), i); ok {
			return path, nil
		}
		return "", ErrRange
	}
	level, first, n := v.st.tree.entries(dir)
	if i >= n {
		return "", ErrRange
	}
	var s spot
	s.pick(level, first+i)
	path, _ = s.entry()
	return path, nil
}

// count is the number of entries of dir, which is a directory.
func (v View) count(dir string) int {
	if v.newest() {
		_, _, n := v.st.tree.entries(dir)
		return n
	}
	return v.pages.count(v.list(dir))
}

// list is dir as a listing that pages can find its way in.
func (v View) list(dir string) listing {
	prefix := inside(dir)
	return listing{
		key: pageKey{rev: v.st.hist.lastChange(v.at), text: dir},
		scan: func(from string, yield func(path string) bool) {
			v.each(prefix, max(from, prefix), func(path string, _ *version) bool {
				return yield(path)
			})
		},
	}
}

// each yields what stands at the paths of one directory that begin with prefix, from
// the path from on, in order. It reports whether yield never said stop.
func (v View) each(prefix, from string, yield func(path string, f *version) bool) bool {
	var s spot
	for s.seek(v.st.tree.level(strings.Count(prefix, "/")), from); s.settle(); s.next() {
		path, id := s.entry()
		if !strings.HasPrefix(path, prefix) {
			return true
		}
		if f := v.asOf(v.st.tree.versions.get(id)); f.living() && !yield(path, f) {
			return false
		}
	}
	return true
}
