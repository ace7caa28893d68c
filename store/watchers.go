package store

import (
	"sync"
	"sync/atomic"
)

// watchers is the open watches.
type watchers struct {
	count   atomic.Int64 // of open watches: all that the writer looks at while there are none
	offered atomic.Int64 // all watches were offered the changes up to this revision

	mu    sync.Mutex
	index index
}

// offer tells the watches of the slots from lo on, which are published.
func (ws *watchers) offer(h *history, lo int64) {
	if lo == h.next || ws.count.Load() == 0 {
		return
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for i := lo; i < h.next; i++ {
		if s := h.slot(i); s.event {
			ws.index.offer(change{s.cur.rec.path(), s.cur.seqn, i})
		}
	}
}

// reset ends the watches that a store which begins anew after revision applied
// has no events for.
func (ws *watchers) reset(applied int64) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.index.each(func(w *Watch) {
		if w.from <= applied {
			w.end(ErrTooLate)
		}
	})
}
