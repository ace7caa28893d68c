package store

// version is what stands at a path from seqn on, until the next version. Fields
// are written before the version is published and never after.
type version struct {
	seqn int64
	idx  int64 // its slot in the history; unhistoric when it came with a snapshot
	rec  record

	// A chain of n versions is searched in O(log n) steps: beside its predecessor,
	// which its slot holds, a version knows one further back, jump slots before its
	// own. Every stride-th version is an anchor; an anchor's jump leads to an anchor
	// further back, as far as the digits of a skew binary number say. The jump of
	// any other version leads to the anchor before it. That is known from the
	// predecessor alone: a look at older versions, which are not in the processor's
	// caches, would cost a fifth of all writes.
	jump  uint32 // 0: none
	depth uint32
}

// unhistoric is the idx of a version that came with a snapshot.
const unhistoric = -1

// stride is how far apart a chain's anchors are. A chain that is shorter has no
// jumps: it is quicker walked than indexed.
const stride = 16

// kind is kindGone for no version at all.
func (v *version) kind() byte {
	if v == nil {
		return kindGone
	}
	return v.rec.kind()
}

func (v *version) isFile() bool { return v.kind() == kindSet }
func (v *version) isDir() bool  { return v.kind() == kindDir }
func (v *version) living() bool { return v.isFile() || v.isDir() }

// asOf is the version of v's chain that stood at revision at, which is not below
// the floor; nil if there was none.
func (h *history) asOf(v *version, at int64) *version {
	for v != nil && v.seqn > at {
		if j := h.jump(v); j.seqn > at && j != v {
			v = j
		} else {
			v = h.slot(v.idx).old
		}
	}
	return v
}

// jump is the version that v's jump leads to; v itself if it has none in the
// kept history.
func (h *history) jump(v *version) *version {
	if i := v.idx - int64(v.jump); v.jump != 0 && i >= h.first {
		return h.slot(i).cur
	}
	return v
}

// link gives v, which is to be at idx and to replace old, its depth and jump.
func (h *history) link(v, old *version) {
	if old == nil || old.idx < h.first {
		return
	}
	if v.depth = old.depth + 1; v.depth < stride {
		return
	}
	if v.depth%stride != 0 {
		v.jump = uint32(v.idx - old.idx)
		if old.depth%stride != 0 {
			v.jump += old.jump
		}
		return
	}
	last := h.jump(old)
	a := h.jump(last)
	b := h.jump(a)
	to := last
	if last.depth-a.depth == a.depth-b.depth {
		to = b
	}
	v.jump = uint32(v.idx - to.idx)
}
