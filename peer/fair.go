package peer

import (
	"slices"

	"github.com/ha/doozer/server"
)

// The bounds of what waits to be proposed, in all. What comes beyond is
// refused: the client may try another node.
const (
	maxWaiting      = 1 << 18
	maxWaitingBytes = 256 << 20
)

// fairQueue holds the proposals that wait for their turn, in order for each
// connection, and round robin over the connections: one that pipelines much
// does not hold up the others.
type fairQueue struct {
	lines map[server.Completer]*line
	ring  []*line // those that are not empty
	turn  int     // whose turn it is, in the ring; len(ring): the first one's
	n     int
	bytes int
}

// line is what waits of one connection.
type line struct {
	to    server.Completer
	items []waiting
	head  int
}

type waiting struct {
	p     server.Proposal
	since int64
}

// push queues p, unless too much waits.
func (q *fairQueue) push(now int64, p server.Proposal) bool {
	if q.n >= maxWaiting || q.bytes > maxWaitingBytes {
		return false
	}
	l := q.lines[p.To]
	if l == nil {
		if q.lines == nil {
			q.lines = make(map[server.Completer]*line)
		}
		l = &line{to: p.To}
		q.lines[p.To] = l
		q.ring = slices.Insert(q.ring, q.turn, l) // after all others
		q.turn++
	}
	l.items = append(l.items, waiting{p, now})
	q.n++
	q.bytes += len(p.Mutation)
	return true
}

// pop takes the next one.
func (q *fairQueue) pop() (w waiting, ok bool) {
	if q.n == 0 {
		return w, false
	}
	if q.turn == len(q.ring) {
		q.turn = 0
	}
	at := q.turn
	q.turn++
	return q.take(at), true
}

// popOld takes one that came before a time, if there is any.
func (q *fairQueue) popOld(before int64) (w waiting, ok bool) {
	for i, l := range q.ring {
		if l.items[l.head].since < before {
			return q.take(i), true
		}
	}
	return w, false
}

// compactFrom is how many items that were taken may stand at the front of a
// line before they are dropped: a line that never runs empty must not grow.
const compactFrom = 64

// take takes the first of the i-th line. Whose turn it is stays.
func (q *fairQueue) take(i int) waiting {
	l := q.ring[i]
	w := l.items[l.head]
	l.items[l.head] = waiting{}
	l.head++
	q.n--
	q.bytes -= len(w.p.Mutation)
	if l.head > compactFrom && l.head > len(l.items)/2 {
		n := copy(l.items, l.items[l.head:])
		clear(l.items[n:])
		l.items, l.head = l.items[:n], 0
	}
	if l.head == len(l.items) {
		delete(q.lines, l.to)
		q.ring = slices.Delete(q.ring, i, i+1)
		if i < q.turn {
			q.turn--
		}
	}
	return w
}
