package store

import (
	"container/heap"
	"context"
	"sync"
	"sync/atomic"
)

// Await returns once rev is applied, or with ctx's error.
func (s *Store) Await(ctx context.Context, rev int64) error {
	if s.now.Load().applied >= rev {
		return nil
	}
	w := &waiter{rev: rev, done: make(chan struct{})}
	s.waiters.add(w)
	defer s.waiters.remove(w)
	// The writer publishes, then looks for waiters: so one of the two sees the other.
	if s.now.Load().applied >= rev {
		return nil
	}
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// waiters are the callers of Await, one each, the lowest revision first.
type waiters struct {
	lowest atomic.Int64 // the least rev waited for, 0 if none: all that the writer looks at

	mu   sync.Mutex
	heap waiterHeap
}

type waiter struct {
	rev   int64
	place int // in the heap; -1 when out of it
	done  chan struct{}
}

func (ws *waiters) add(w *waiter) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	heap.Push(&ws.heap, w)
	ws.note()
}

func (ws *waiters) remove(w *waiter) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if w.place >= 0 {
		heap.Remove(&ws.heap, w.place)
		ws.note()
	}
}

func (ws *waiters) note() {
	if len(ws.heap) == 0 {
		ws.lowest.Store(0)
		return
	}
	ws.lowest.Store(ws.heap[0].rev)
}

// wake lets go of all who wait for applied or below.
func (ws *waiters) wake(applied int64) {
	if low := ws.lowest.Load(); low == 0 || low > applied {
		return
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for len(ws.heap) > 0 && ws.heap[0].rev <= applied {
		close(heap.Pop(&ws.heap).(*waiter).done)
	}
	ws.note()
}

type waiterHeap []*waiter

func (h waiterHeap) Len() int           { return len(h) }
func (h waiterHeap) Less(i, j int) bool { return h[i].rev < h[j].rev }
func (h waiterHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

func (h *waiterHeap) Push(x any) {
	w := x.(*waiter)
	w.place = len(*h)
	*h = append(*h, w)
}

func (h *waiterHeap) Pop() any {
	n := len(*h) - 1
	w := (*h)[n]
	(*h)[n], *h = nil, (*h)[:n]
	w.place = -1
	return w
}
