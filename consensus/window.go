package consensus

// window holds the instances from lo to hi: no other seqn has any state. They
// lie by value in pages, which come to be when they are touched. A page that
// the window has left is used again at once: most of alpha is room for faults,
// and what is in flight is little, so that it stays in the processor's cache.
type window struct {
	pages  []*page // a ring; nil: all that is in there is zero
	spare  []*page // zero
	lo, hi int64   // the seqns that may be touched, both included
}

// pageSize divides the instances; a page has some 15 kB.
const pageSize = 64

type page [pageSize]instance

// maxSpare bounds the pages that wait to be used again.
const maxSpare = 64

// newWindow makes a window of alpha seqns from applied+1 on.
func newWindow(applied, alpha int64) window {
	need, size := alpha/pageSize+2, int64(1) // it may begin and end within a page
	for size < need {
		size *= 2
	}
	return window{pages: make([]*page, size), lo: applied + 1, hi: applied + alpha}
}

func (w *window) has(s int64) bool { return w.lo <= s && s <= w.hi }

func (w *window) at(s int64) *instance {
	if !w.has(s) {
		panic("consensus: a seqn outside of the window was touched")
	}
	p := w.place(s)
	if *p == nil {
		*p = w.fresh()
	}
	return &(*p)[s%pageSize]
}

// place is where the page that holds s hangs.
func (w *window) place(s int64) **page { return &w.pages[s/pageSize&int64(len(w.pages)-1)] }

// fresh is a page of zeros.
func (w *window) fresh() *page {
	n := len(w.spare)
	if n == 0 {
		return new(page)
	}
	p := w.spare[n-1]
	w.spare = w.spare[:n-1]
	return p
}

// advance moves the window to begin at lo. What it leaves is forgotten, what
// it keeps stays untouched: an acceptor has no amnesia.
func (w *window) advance(lo int64) {
	if lo < w.lo {
		panic("consensus: the window moved back")
	}
	for s := w.lo - w.lo%pageSize; s+pageSize <= min(lo, w.hi+pageSize); s += pageSize {
		w.leave(w.place(s))
	}
	w.hi += lo - w.lo
	w.lo = lo
}

// leave empties a page that holds nothing any more of the window.
func (w *window) leave(p **page) {
	if *p == nil {
		return
	}
	if len(w.spare) < maxSpare {
		clear((*p)[:])
		w.spare = append(w.spare, *p)
	}
	*p = nil
}
