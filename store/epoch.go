package store

// epoch is a stretch of the history during which the writer overwrites versions
// in place, in pages that views of this epoch see. Such a view may therefore come
// upon a version newer than itself; it goes back from there, by the slots since,
// which the epoch lists. A view keeps its epoch's slots in memory, so an epoch ends
// when its first slot is dropped: a view that is held on to keeps no more than one
// history beyond its own.
type epoch struct {
	start  int64    // its first slot
	chunks []*chunk // chunk number start>>chunkBits and on; one is set before a version in it is seen
}

// maxEpoch bounds an epoch's list, in chunks.
const maxEpoch = 1 << 15

// turn begins an epoch with the next slot. No page is the writer's own then.
func (w *writer) turn() {
	h := &w.hist
	e := &epoch{start: h.next, chunks: make([]*chunk, min(w.cfg.History/chunkSize+64, maxEpoch))}
	if h.next%chunkSize != 0 {
		e.chunks[0] = h.chunks[len(h.chunks)-1]
	}
	h.epoch = e
	w.tree.edit++
	w.tree.epoch = w.tree.edit
}

// epochOver reports whether the epoch has to end before another slot is added.
func (h *history) epochOver() bool {
	e := h.epoch
	return e == nil || h.first > e.start || e.number(h.next) == len(e.chunks)
}

// number is the place in the list of slot i's chunk.
func (e *epoch) number(i int64) int { return int(i>>chunkBits - e.start>>chunkBits) }
