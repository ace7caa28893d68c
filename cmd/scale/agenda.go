package main

import "container/heap"

// event is something that is due at a virtual time.
type event struct {
	at  int64
	seq uint64 // what is due at one time comes in the order in which it was put
	do  func()
}

// agenda is what is due, the earliest first.
type agenda struct {
	heap events
	seq  uint64
}

func (a *agenda) push(at int64, do func()) {
	a.seq++
	heap.Push(&a.heap, &event{at, a.seq, do})
}

func (a *agenda) pop() *event { return heap.Pop(&a.heap).(*event) }

// events implements heap.Interface.
type events []*event

func (h events) Len() int      { return len(h) }
func (h events) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h events) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].seq < h[j].seq
}

func (h *events) Push(x any) { *h = append(*h, x.(*event)) }

func (h *events) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return e
}
