package web

import "github.com/ha/doozer/store"

// maxBatch is how many files one batch may touch.
const maxBatch = 16384

// batch is the changes since the last batch, one a file: the last.
type batch struct {
	changes []store.Event
	at      map[string]int // a path's place in changes
	rev     int64          // every change up to this revision is in
}

func newBatch(rev int64) *batch {
	return &batch{at: map[string]int{}, rev: rev}
}

// add takes the next changes of the history.
func (b *batch) add(events []store.Event) {
	for _, ev := range events {
		if i, ok := b.at[ev.Path]; ok {
			b.changes[i] = ev
		} else {
			b.at[ev.Path] = len(b.changes)
			b.changes = append(b.changes, ev)
		}
		b.rev = ev.Seqn
		if ev.More { // its revision is not whole yet
			b.rev--
		}
	}
}

// reset empties b for the next changes. What was large is given back.
func (b *batch) reset() {
	if len(b.changes) > maxBatch/16 {
		b.changes, b.at = nil, map[string]int{}
		return
	}
	clear(b.changes) // lets go of the values
	b.changes = b.changes[:0]
	clear(b.at)
}

// full reports whether what else there is has to wait for the next batch.
func (b *batch) full() bool { return len(b.changes) >= maxBatch }
