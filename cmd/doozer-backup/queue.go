package main

import (
	"context"
	"slices"
	"sync"

	"github.com/ha/doozer/journal"
)

const (
	// maxQueue bounds the changes that wait to be written, in bytes. When a disk takes no more they
	// wait in the cluster's history instead.
	maxQueue = 64 << 20

	// maxTake bounds what is taken at once, in bytes: while it is written it is in memory twice.
	maxTake = 8 << 20
)

// queue hands records from the one that reads the watch to the one that writes the journal, who takes
// what is there.
type queue struct {
	some chan struct{} // cap 1: there is something to take
	room chan struct{} // cap 1: there is room again

	mu    sync.Mutex
	recs  []*journal.Record
	bytes int
	err   error // why no more will come
}

func newQueue() *queue {
	return &queue{some: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// put adds records once there is room.
func (q *queue) put(ctx context.Context, recs []*journal.Record) error {
	for {
		q.mu.Lock()
		if q.bytes < maxQueue {
			break
		}
		q.mu.Unlock()
		select {
		case <-q.room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	first := len(q.recs) == 0
	q.recs = append(q.recs, recs...)
	for _, r := range recs {
		q.bytes += sizeOf(r)
	}
	q.mu.Unlock()
	if first {
		poke(q.some)
	}
	return nil
}

// changeBytes is what a change takes in memory beside its path and value, about.
const changeBytes = 200

// sizeOf is what a record takes in memory, about.
func sizeOf(r *journal.Record) (bytes int) {
	for _, c := range r.Changes {
		bytes += len(c.Path) + len(c.Value) + changeBytes
	}
	return bytes
}

// end says that no more will come, and why.
func (q *queue) end(err error) {
	q.mu.Lock()
	q.err = err
	q.mu.Unlock()
	poke(q.some)
}

// take moves what is there, or maxTake of it, to buf, and reports whether more is; or, when nothing is, why no more
// will come.
func (q *queue) take(buf []*journal.Record) (recs []*journal.Record, more bool, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.recs) == 0 {
		return buf[:0], false, q.err
	}
	n, bytes := 0, 0
	for n < len(q.recs) && (n == 0 || bytes < maxTake) {
		bytes += sizeOf(q.recs[n])
		n++
	}
	recs = append(buf[:0], q.recs[:n]...)
	q.recs = slices.Delete(q.recs, 0, n)
	q.bytes -= bytes
	poke(q.room)
	more = len(q.recs) > 0
	if more || q.err != nil {
		poke(q.some) // to come again, or to be told of it
	}
	return recs, more, nil
}

// poke leaves a sign in a channel that holds one.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
