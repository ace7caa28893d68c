package consensus

// instance is all that a node holds of one seqn inside its window: the three
// roles' state, and what of its own hangs on it. The zero value is the
// beginning.
type instance struct {
	acceptor
	coord coordinator

	// The learner. Once learned, the value never changes.
	learned   bool
	value     []byte // nil: nop
	announced bool   // this node told the members, as the coordinator

	// The owner. A slot that was nominated is never named by a skip, and the
	// other way round: both are below next.
	mine bool      // this node nominated here in round 1
	prop *proposal // whose mutation that was; nil when it lost the slot

	sent  int64 // when the coordinator last said what it repeats
	times uint8 // how often it repeated it
}

// lost reports whether round r, the coordinator's or 1 before any, cannot win
// as things are: acceptors, this node's own among them, promised higher ones,
// and without them and those that are suspect there is no majority.
func (in *instance) lost(r int64, c *config) bool {
	rejects := in.coord.rejects
	if in.promise() > r {
		rejects = rejects.with(c.self)
	}
	return rejects != 0 && (rejects | c.suspects).blocks(len(c.nodes))
}

// window is the ring of the instances from lo to hi: no other seqn has any
// state. It holds them by value.
type window struct {
	ring   []instance
	mask   int64
	lo, hi int64 // the seqns that may be touched, both included
}

// newWindow makes a window of alpha seqns from applied+1 on.
func newWindow(applied, alpha int64) window {
	size := int64(1)
	for size < alpha {
		size *= 2
	}
	return window{ring: make([]instance, size), mask: size - 1, lo: applied + 1, hi: applied + alpha}
}

func (w *window) has(s int64) bool { return w.lo <= s && s <= w.hi }

func (w *window) at(s int64) *instance {
	if !w.has(s) {
		panic("consensus: a seqn outside of the window was touched")
	}
	return &w.ring[s&w.mask]
}

// advance moves the window to begin at lo. What it leaves is forgotten, what
// it keeps stays untouched: an acceptor has no amnesia.
func (w *window) advance(lo int64) {
	if lo < w.lo {
		panic("consensus: the window moved back")
	}
	for s := w.lo; s < min(lo, w.hi+1); s++ {
		w.ring[s&w.mask] = instance{}
	}
	w.hi += lo - w.lo
	w.lo = lo
}
