package main

import (
	"context"
	"sync"

	"github.com/ha/doozer/journal"
)

// maxQueue bounds the changes that wait to be written, in bytes. When a disk takes no more they
// wait in the cluster's history instead.
const maxQueue = 64 << 20

// queue hands records from the one that reads the watch to the one that writes the journal, who takes
// all that is there.
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

// put adds records, of so many bytes, once there is room.
func (q *queue) put(ctx context.Context, recs []*journal.Record, bytes int) error {
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
	q.bytes += bytes
	q.mu.Unlock()
	if first {
		poke(q.some)
	}
	return nil
}

// end says that no more will come, and why.
func (q *queue) end(err error) {
	q.mu.Lock()
	q.err = err
	q.mu.Unlock()
	poke(q.some)
}

// take returns what is there, and gives buf in its place; or, when nothing is, why no more will come.
func (q *queue) take(buf []*journal.Record) ([]*journal.Record, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.recs) == 0 {
		return buf[:0], q.err
	}
	recs := q.recs
	q.recs, q.bytes = buf[:0], 0
	poke(q.room)
	if q.err != nil {
		poke(q.some) // to be told of it
	}
	return recs, nil
}

// poke leaves a sign in a channel that holds one.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
