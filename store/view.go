package store

import "fmt"

// View is the store as of one revision. It always shows the same, to any
// goroutine. Held for long, it keeps in memory the tree and history of its moment,
// and up to as many changes since as a history holds. The zero View must not be used.
type View struct {
	st    *state
	at    int64
	pages *pages
}

// View is the store as of the newest applied revision. It takes no lock.
func (s *Store) View() View {
	st := s.now.Load()
	return View{st, st.applied, &s.pages}
}

// At is the store as of rev. Errors: ErrTooLate below FirstKept, ErrFuture above
// the applied revision. A view once got stays right, also below FirstKept.
func (s *Store) At(rev int64) (View, error) {
	st := s.now.Load()
	if rev < st.firstKept() {
		return View{}, fmt.Errorf("%w: revision %d, kept from %d on", ErrTooLate, rev, st.firstKept())
	}
	if rev > st.applied {
		return View{}, fmt.Errorf("%w: revision %d, applied up to %d", ErrFuture, rev, st.applied)
	}
	return View{st, rev, &s.pages}, nil
}

// Applied is the revision that the view shows.
func (v View) Applied() int64 { return v.at }

// Rev is the highest revision up to Applied that holds a mutation; for a view of
// an older revision, that made a change, or the oldest kept.
func (v View) Rev() int64 {
	if v.at >= v.st.rev {
		return v.st.rev
	}
	return v.st.hist.lastChange(v.at)
}

// Get is a file's value, which must not be modified, and its revision. Of what is
// not there: nil and Missing. Of a directory: nil and Dir.
func (v View) Get(path string) (value []byte, rev int64) {
	if path == "/" {
		return nil, Dir
	}
	switch f := v.version(path); f.kind() {
	case kindSet:
		return f.rec.value(), f.seqn
	case kindDir:
		return nil, Dir
	}
	return nil, Missing
}

// Stat is a file's length in bytes and its revision. Of what is not there: 0 and
// Missing. Of a directory: the number of its entries and Dir.
func (v View) Stat(path string) (size int, rev int64) {
	value, rev := v.Get(path)
	if rev == Dir {
		return v.count(path), Dir
	}
	return len(value), rev
}

// version is what stood at path, which is not "/"; nil if nothing did.
func (v View) version(path string) *version {
	return v.asOf(v.st.tree.get(path))
}

func (v View) asOf(f *version) *version { return v.st.hist.asOf(f, v.at) }

// newest reports whether the tree needs no history to show this view.
func (v View) newest() bool { return v.at >= v.st.hist.last }
