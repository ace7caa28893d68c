package peer

import (
	"sync"
	"sync/atomic"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/server"
)

// maxUnread bounds the bytes of what links have read and the loop has not
// taken: of the frames, and of what their messages take once decoded. Above it the links are not read: their peers' queues fill, and
// then drop.
const maxUnread = 32 << 20

// intake is where everybody leaves what is for the loop: under one mutex, with
// one wake-up for all that comes until the loop takes it.
type intake struct {
	wake  chan struct{} // holds an element when the loop is to look
	hurry func()        // has a turn taken, by its caller or by the loop's goroutine
	some  atomic.Bool   // something came and was not taken; set under mu

	mu     sync.Mutex
	room   sync.Cond // waits for unread below its bound, or for closed
	closed bool
	next   batch
	unread int
	free   [][]consensus.Message // buffers to decode into
}

// batch is what the loop takes in one go. The clients' part is bounded by the
// server, which bounds what each connection has outstanding.
type batch struct {
	calls     []func(*loop)
	arrivals  []arrival
	proposals []server.Proposal
	reads     []server.Reader
}

// arrival is what came by a link, in order: that it is up, messages, that it
// ended.
type arrival struct {
	link *link
	what arrivalKind
	msgs []consensus.Message
}

type arrivalKind uint8

const (
	linkUp arrivalKind = iota
	linkMessages
	linkEnd
)

func newIntake() *intake {
	in := &intake{wake: make(chan struct{}, 1)}
	in.hurry = in.signal // until a loop has one that is quicker
	in.room.L = &in.mu
	return in
}

// signal wakes the loop's goroutine.
func (in *intake) signal() {
	select {
	case in.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// leave adds to what the loop takes next, unless the loop has ended.
func (in *intake) leave(add func(*batch)) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return false
	}
	add(&in.next)
	in.some.Store(true)
	return true
}

// propose takes proposals, unless the loop has ended. Who leaves them has to hurry.
func (in *intake) propose(ps []server.Proposal) bool {
	return in.leave(func(b *batch) { b.proposals = append(b.proposals, ps...) })
}

// read takes a reader, unless the loop has ended. Who leaves it has to hurry.
func (in *intake) read(r server.Reader) bool {
	return in.leave(func(b *batch) { b.reads = append(b.reads, r) })
}

// call has the loop run f, which must not block, unless the loop has ended.
func (in *intake) call(f func(*loop)) bool {
	ok := in.leave(func(b *batch) { b.calls = append(b.calls, f) })
	in.signal()
	return ok
}

// arrive tells that a link is up, or ended.
func (in *intake) arrive(k *link, what arrivalKind) {
	in.leave(func(b *batch) { b.arrivals = append(b.arrivals, arrival{link: k, what: what}) })
	in.signal()
}

// messages takes what a link read, size bytes of it, and gives an empty buffer
// in return. Who leaves it has to hurry.
func (in *intake) messages(k *link, msgs []consensus.Message, size int) []consensus.Message {
	if !in.leave(func(b *batch) {
		b.arrivals = append(b.arrivals, arrival{link: k, what: linkMessages, msgs: msgs})
		in.unread += size
	}) {
		return msgs[:0]
	}
	return in.buffer()
}

// full reports whether too much is unread.
func (in *intake) full() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.unread > maxUnread && !in.closed
}

// awaitRoom waits while too much is unread.
func (in *intake) awaitRoom() {
	in.mu.Lock()
	defer in.mu.Unlock()
	for in.unread > maxUnread && !in.closed {
		in.room.Wait()
	}
}

// buffer is an empty one to decode into, if there is any.
func (in *intake) buffer() []consensus.Message {
	in.mu.Lock()
	defer in.mu.Unlock()
	n := len(in.free)
	if n == 0 {
		return nil
	}
	buf := in.free[n-1]
	in.free = in.free[:n-1]
	return buf
}

// swap gives the loop all that came, and takes back the batch that it is done
// with, for its buffers.
func (in *intake) swap(b *batch) {
	done := *b
	in.mu.Lock()
	defer in.mu.Unlock()
	in.keep(&done)
	*b, in.next = in.next, done
	in.some.Store(false)
	if in.unread > maxUnread {
		in.room.Broadcast()
	}
	in.unread = 0
}

// The buffers that are kept: more of them, or larger ones, are left to the
// garbage collector.
const (
	keepBuffers = 16
	keepMsgs    = maxMsgs
	keepClients = 1 << 14
)

// keep empties a batch, and keeps its buffers.
func (in *intake) keep(b *batch) {
	for _, a := range b.arrivals {
		if cap(a.msgs) > 0 && cap(a.msgs) <= keepMsgs && len(in.free) < keepBuffers {
			clear(a.msgs)
			in.free = append(in.free, a.msgs[:0])
		}
	}
	b.calls = emptied(b.calls)
	b.arrivals = emptied(b.arrivals)
	b.proposals = emptied(b.proposals)
	b.reads = emptied(b.reads)
}

// emptied is s without elements, and without what they refer to.
func emptied[T any](s []T) []T {
	if cap(s) > keepClients {
		return nil
	}
	clear(s)
	return s[:0]
}

// close ends the intake: nothing more is taken, and nobody waits.
func (in *intake) close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.closed = true
	in.room.Broadcast()
}
