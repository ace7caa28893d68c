package store

import "strings"

// Walk calls fn for each file that matches g, until fn returns false: depth first,
// the names of a directory in byte order. The value must not be modified.
func (v View) Walk(g Glob, fn func(path string, value []byte, rev int64) bool) {
	v.walk(g, "", func(path string, f *version) bool {
		return fn(path, f.rec.value(), f.seqn)
	})
}

// WalkAt is the match number offset, from 0, in Walk's order. Read in pieces, a
// walk costs little more than read at once.
func (v View) WalkAt(g Glob, offset int) (path string, value []byte, rev int64, ok bool) {
	if offset < 0 {
		return "", nil, 0, false
	}
	path, ok = v.pages.find(v.matches(g), offset)
	if !ok {
		return "", nil, 0, false
	}
	value, rev = v.Get(path)
	return path, value, rev, true
}

// matches is the files that match g as a listing.
func (v View) matches(g Glob) listing {
	return listing{
		key: pageKey{rev: v.st.hist.lastChange(v.at), glob: true, text: g.text},
		scan: func(from string, yield func(path string) bool) {
			v.walk(g, from, func(path string, _ *version) bool { return yield(path) })
		},
	}
}

// walk yields the files that match g, from the path from on, which is one of them
// or empty.
func (v View) walk(g Glob, from string, yield func(path string, f *version) bool) {
	switch {
	case g.text == "" || g.text == "/":
	case g.rest == nil:
		if f := v.version(g.text); f.isFile() {
			yield(g.text, f)
		}
	default:
		w := walker{view: v, nfa: g.rest, yield: yield, sets: make([]uint64, g.rest.words)}
		w.nfa.start(w.sets)
		w.below(g.prefix, from)
	}
}

// walker descends where a match is still possible.
type walker struct {
	view  View
	nfa   *nfa
	yield func(path string, f *version) bool
	sets  []uint64 // a stack of the nfa's sets of states: the last is that at the current prefix
}

// below walks the paths that begin with prefix, from the path from on, if that is
// not empty. It reports whether yield never said stop.
func (w *walker) below(prefix, from string) bool {
	first := prefix
	if from != "" {
		first = upToName(from, len(prefix))
	}
	words, size := w.nfa.words, len(w.sets)
	return w.view.each(prefix, first, func(path string, f *version) bool {
		w.sets = append(w.sets[:size], w.sets[size-words:size]...)
		set := w.sets[size:]
		if !w.nfa.step(set, path[len(prefix):]) {
			return true
		}
		if f.isFile() {
			return !w.nfa.accepts(set) || w.yield(path, f)
		}
		if !w.nfa.step(set, "/") {
			return true
		}
		if path != first || from == "" {
			return w.below(path+"/", "")
		}
		return w.below(path+"/", from)
	})
}

// upToName is path without what follows the name that byte n lies in or precedes.
func upToName(path string, n int) string {
	if i := strings.IndexByte(path[n:], '/'); i >= 0 {
		return path[:n+i]
	}
	return path
}
