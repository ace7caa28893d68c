package store

import (
	"fmt"
	"sync"
)

// Watch follows the changes of the files that match a glob: a cursor into the
// history. One goroutine at a time may call Next; Close may come from any.
type Watch struct {
	store *Store
	glob  Glob
	from  int64 // no event below it
	since int64 // slots below it were there when the watch began: the writer offers them in vain
	ready chan struct{}
	place int     // the index's own
	todo  []int64 // Next's own: matching slots, taken out of found
	done  int64   // Next's own: slots below it were returned

	mu    sync.Mutex
	scan  int64   // slots [scan, until) are yet to be searched for matches
	until int64   // as long as there are any, found is empty
	given bool    // Next returned something, or is about to, and was not called since
	found []int64 // matching slots after those, maxFound at most
	err   error   // why it ended
}

// maxFound bounds what the writer notes for a watch whose reader is slow. Above it
// the watch goes back to searching the history, which is bounded too.
const maxFound = 256

// Watch follows the changes that match g from revision from on; from the next one
// on if from is 0. A revision in the future is waited for. Error: ErrTooLate when
// events from there on are not kept any more.
func (s *Store) Watch(g Glob, from int64) (*Watch, error) {
	ws := &s.watchers
	ws.mu.Lock()
	defer ws.mu.Unlock()
	// The writer publishes, then looks at the count: either it offers what it
	// published, or that is in the state loaded here.
	ws.count.Add(1)
	st := s.now.Load()
	if from == 0 {
		from = st.applied + 1
	}
	if from <= st.hist.floor {
		ws.count.Add(-1)
		return nil, fmt.Errorf("%w: events from revision %d, kept from %d on", ErrTooLate, from, st.hist.floor+1)
	}
	w := &Watch{store: s, glob: g, from: from, since: st.hist.next, ready: make(chan struct{}, 1)}
	w.scan, w.until = st.hist.seek(from), st.hist.next
	if w.scan < w.until {
		w.signal()
	}
	ws.index.add(w)
	return w, nil
}

// Close ends the watch: Next returns ErrClosed from then on.
func (w *Watch) Close() {
	ws := &w.store.watchers
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if w.end(ErrClosed) != ErrClosed {
		ws.index.remove(w)
		ws.count.Add(-1)
	}
}

// end makes err the watch's, unless it was closed, and returns the one before.
func (w *Watch) end(err error) (before error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before = w.err
	if before != ErrClosed {
		w.err = err
	}
	w.signal()
	return before
}

// Ready receives when Next may have something to return.
func (w *Watch) Ready() <-chan struct{} { return w.ready }

func (w *Watch) signal() {
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

// offer notes a matching slot, which is published. It does not wait for Next.
func (w *Watch) offer(c change) {
	if c.seqn < w.from || c.idx < w.since {
		return
	}
	w.mu.Lock()
	switch {
	case w.err != nil:
	case w.scan < w.until:
		w.until = c.idx + 1
	case len(w.found) < maxFound:
		w.found = append(w.found, c.idx)
	default:
		w.scan, w.until, w.found = w.found[0], c.idx+1, w.found[:0]
	}
	w.mu.Unlock()
	w.signal()
}

// Offered is a revision of whose changes, and of those before, every watch that concerns them knows. It may be a little
// below the applied one.
func (s *Store) Offered() int64 { return s.watchers.offered.Load() }

// Quiet reports whether nothing is left to be done of the changes that the watch knows of: Next
// returned them all, and then was called once more. So whoever was told Offered before knows that the watch
// is done with all up to there. It may be called from any goroutine.
func (w *Watch) Quiet() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err == nil && !w.given && len(w.found) == 0 && w.scan == w.until
}

// Next appends to buf what is there now, and does not wait: limit events, and as many
// more as belong to the same transaction. If there is more, Ready receives. Errors: ErrTooLate when changes that the watch
// had yet to return, or to search, are not kept any more; ErrClosed. Either is for good.
func (w *Watch) Next(buf []Event, limit int) ([]Event, error) {
	goal := len(buf) + limit
	for len(buf) < goal {
		scan, until, err := w.take(goal-len(buf) < limit)
		if err != nil {
			return buf, err
		}
		h := &w.store.now.Load().hist // holds what was just taken, or newer
		switch {
		case len(w.todo) > 0:
			buf, err = w.collect(h, buf, goal)
		case scan < until:
			buf, err = w.search(h, buf, goal, scan, until)
		default:
			return buf, nil
		}
		if err != nil {
			w.end(err)
			return buf, err
		}
	}
	w.signal()
	return buf, nil
}

// take fills todo, or tells which slots are to be searched. got tells whether Next has something
// to return.
func (w *Watch) take(got bool) (scan, until int64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.todo) == 0 && w.scan == w.until {
		w.todo, w.found = w.found, w.todo
	}
	w.given = got || len(w.todo) > 0 || w.scan < w.until
	return w.scan, w.until, w.err
}

// collect appends the events of todo. Of a transaction it may hold only some, as
// the writer notes them one by one; all are published.
func (w *Watch) collect(h *history, buf []Event, goal int) ([]Event, error) {
	n := 0
	for ; n < len(w.todo) && len(buf) < goal; n++ {
		i := w.todo[n]
		if i < w.done {
			continue
		}
		if i < h.first {
			return buf, ErrTooLate
		}
		if s := h.slot(i); !s.joined {
			buf, w.done = append(buf, s.toEvent()), i+1
		} else {
			buf, w.done = w.whole(h, buf, i)
		}
	}
	w.todo = w.todo[:copy(w.todo, w.todo[n:])]
	return buf, nil
}

// whole appends the matching events of the slots from i on that have one seqn, all but the
// last with More. It returns the slot after them.
func (w *Watch) whole(h *history, buf []Event, i int64) ([]Event, int64) {
	begin := len(buf)
	for joined := true; joined; i++ {
		s := h.slot(i)
		joined = s.joined
		if s.event && w.glob.Match(s.cur.rec.path()) {
			buf = append(buf, s.toEvent())
		}
	}
	for k := begin; k < len(buf); k++ {
		buf[k].More = k+1 < len(buf)
	}
	return buf, i
}

// search appends the matching events of the slots [scan, until).
func (w *Watch) search(h *history, buf []Event, goal int, scan, until int64) ([]Event, error) {
	scan = max(scan, w.done)
	if scan < min(until, h.first) {
		return buf, ErrTooLate
	}
	for scan < until && len(buf) < goal {
		if s := h.slot(scan); s.cur.seqn < w.from || !s.joined && !s.event {
			scan++
			continue
		}
		buf, scan = w.whole(h, buf, scan)
	}
	w.done = scan
	w.mu.Lock()
	w.scan = min(scan, w.until)
	w.mu.Unlock()
	return buf, nil
}
