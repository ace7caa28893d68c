package consensus

import "slices"

// queue is a queue of proposals. What bounds it is told where it is used.
type queue struct {
	items []*proposal
	head  int
}

func (q *queue) len() int         { return len(q.items) - q.head }
func (q *queue) front() *proposal { return q.items[q.head] }
func (q *queue) push(p *proposal) { q.items = append(q.items, p) }

// pushFront puts back what was popped, or what has to go first.
func (q *queue) pushFront(p *proposal) {
	if q.head == 0 {
		q.items = append(q.items, nil)
		copy(q.items[1:], q.items)
		q.head = 1
	}
	q.head--
	q.items[q.head] = p
}

func (q *queue) pop() *proposal {
	p := q.items[q.head]
	q.items[q.head] = nil
	q.head++
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	} else if q.head > 1024 && q.head > len(q.items)/2 {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	return p
}

// drop takes out those of which gone is true.
func (q *queue) drop(gone func(*proposal) bool) {
	q.items = slices.DeleteFunc(slices.Delete(q.items, 0, q.head), gone)
	q.head = 0
}
