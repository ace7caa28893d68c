package store

import "sort"

// history is the changes that are kept, in order: slot i is change number i since
// the store began. A history is a value: the writer works on its own copy and
// publishes it with the state. What a published copy shows is never written again;
// the writer only fills slots and chunk pointers past its end.
type history struct {
	chunks []*chunk // of the slots base*chunkSize and on
	base   int64
	first  int64 // slots [first, next) are kept
	next   int64

	epoch *epoch // of the slots from next on

	floor  int64 // the newest seqn whose changes were dropped: reads from floor on, events after it
	last   int64 // the seqn of the newest change; floor if none is kept
	events int   // the kept slots that are events
	bytes  int64 // the sum of the kept slots' costs
}

// chunkSize is small, so that what is dropped a chunk at a time is never far
// above a bound in bytes, with large values too.
const (
	chunkBits = 5
	chunkSize = 1 << chunkBits
)

type chunk [chunkSize]slot

// slot is one change: a version and the one that it replaced. A version outlives
// its slot while it stands; so does the one that stood at the floor, in the slot
// that replaced it.
type slot struct {
	cur, old *version
	cost     uint32 // bytes that the history keeps alive for this slot
	event    bool   // a change of a file; not of a directory, which no watcher hears of
	dead     bool   // nothing stands at the path after it
	joined   bool   // the next slot is of the same seqn: the two are dropped together
}

// slotCost is what a slot takes beside the bytes of its records: slot, version
// and the allocator's rounding.
const slotCost = 96

// slot is the slot number i, of the kept ones and of those that the epoch had since.
func (h *history) slot(i int64) *slot {
	if i >= h.next {
		return &h.epoch.chunks[h.epoch.number(i)][i&(chunkSize-1)]
	}
	return &h.chunks[i>>chunkBits-h.base][i&(chunkSize-1)]
}

// add makes v, of seqn h.last or above, the next slot.
func (h *history) add(v, old *version) {
	v.idx = h.next
	h.link(v, old)
	if h.next&(chunkSize-1) == 0 {
		c := new(chunk)
		h.chunks = append(h.chunks, c)
		h.epoch.chunks[h.epoch.number(h.next)] = c
	}
	s := h.slot(v.idx)
	s.cur, s.old = v, old
	s.event = v.kind() == kindSet || v.kind() == kindDel
	s.dead = !v.living()
	s.cost = slotCost
	if old != nil {
		s.cost += uint32(len(old.rec))
	}
	if s.dead {
		s.cost += uint32(len(v.rec))
	}
	if h.next > h.first && h.last == v.seqn {
		h.slot(h.next - 1).joined = true
	}
	if s.event {
		h.events++
	}
	h.bytes += int64(s.cost)
	h.last = v.seqn
	h.next++
}

// drop lets go of the oldest slots of one seqn. It tells bury of those after
// which nothing stood at their path.
func (h *history) drop(bury func(*version)) {
	for more := true; more; h.first++ {
		s := h.slot(h.first)
		h.bytes -= int64(s.cost)
		if s.event {
			h.events--
		}
		if s.dead {
			bury(s.cur)
		}
		if more = s.joined; !more {
			h.floor = s.cur.seqn
		}
	}
}

// shed frees the chunks that drop emptied. The slice is copied, since old views
// use it; only now and then, since it is long.
func (h *history) shed() {
	n := int(h.first>>chunkBits - h.base)
	if n == 0 || n < len(h.chunks)/64 {
		return
	}
	h.chunks = append(make([]*chunk, 0, len(h.chunks)-n+len(h.chunks)/32+1), h.chunks[n:]...)
	h.base += int64(n)
}

// seek is the first kept slot of seqn or above.
func (h *history) seek(seqn int64) int64 {
	if seqn > h.last {
		return h.next
	}
	n := sort.Search(int(h.next-h.first), func(i int) bool {
		return h.slot(h.first+int64(i)).cur.seqn >= seqn
	})
	return h.first + int64(n)
}

// lastChange is the seqn of the newest change at or below at; the floor if it is not kept.
func (h *history) lastChange(at int64) int64 {
	if at >= h.last {
		return h.last
	}
	if i := h.seek(at + 1); i > h.first {
		return h.slot(i - 1).cur.seqn
	}
	return h.floor
}
