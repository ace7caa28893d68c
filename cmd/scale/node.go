package main

import (
	"fmt"
	"slices"

	"github.com/ha/doozer/consensus"
)

// node is a doozerd: a machine of consensus, and the loop that drives it.
type node struct {
	w     *world
	host  *host
	index int
	id    consensus.ID
	died  int64 // when; 0: it lives

	m       *consensus.Machine
	out     consensus.Output
	inbox   []input
	turning bool  // a turn waits, or is taken
	tickAt  int64 // there is an event for that tick

	key     uint64
	waiting map[uint64]func(consensus.Done)
	applied func(consensus.Entry) (takes int64) // what applying an entry costs besides; nil: nothing
	told    func()                              // what comes of that, at the end of a turn

	said tally // to other nodes
}

// input is what a loop takes in its next turn: messages of another node, or a call.
type input struct {
	from  *node
	msgs  []consensus.Message
	call  func()
	takes int64
}

func (w *world) newNode(i int, h *host, st consensus.State) (*node, error) {
	n := &node{w: w, host: h, index: i, id: nodeID(i), waiting: make(map[uint64]func(consensus.Done))}
	var err error
	n.m, err = consensus.New(consensus.Config{Self: n.id, Fill: w.fill, Lease: w.lease, Seed: w.rand.Uint64()}, st)
	return n, err
}

// nodeID is as long as real ones.
func nodeID(i int) consensus.ID { return fmt.Sprintf("%016d", i) }

// set has a client of this node write, and calls done with how that ended.
func (n *node) set(mutation []byte, done func(consensus.Done)) {
	n.key++
	n.waiting[n.key] = done
	key := n.key
	n.give(input{takes: n.w.costs.request, call: func() { n.m.Propose(n.w.now, key, mutation) }})
}

// read has a client of this node read what no lease answers.
func (n *node) read(done func(consensus.Done)) {
	n.key++
	n.waiting[n.key] = done
	key := n.key
	n.give(input{takes: n.w.costs.request, call: func() { n.m.Read(n.w.now, key) }})
}

// leased reports whether a read is answered by a lease at once.
func (n *node) leased() bool { return n.w.now < n.m.ReadUntil() }

// give hands something to the loop, which takes all that has come when it gets to it.
func (n *node) give(in input) {
	n.inbox = append(n.inbox, in)
	n.wake()
}

func (n *node) wake() {
	if !n.turning && n.died == 0 {
		n.turning = true
		n.host.urgent(n.turn)
	}
}

// turn is one turn of the loop, up to where clients are answered and watches woken; write is the rest.
func (n *node) turn() (takes int64, then func()) {
	if n.died > 0 {
		return 0, func() {}
	}
	takes = n.step() + n.apply()
	n.m.Take(&n.out)
	if n.out.Snapshot != "" {
		n.w.fail("%s lacks what nobody keeps", n.id)
	}
	done, frames := slices.Clone(n.out.Done), n.frames()
	return takes, func() {
		n.answer(done)
		n.host.urgent(func() (int64, func()) { return n.write(frames) })
	}
}

// step takes the inputs, and a tick that is due.
func (n *node) step() (takes int64) {
	for _, in := range n.inbox {
		if in.call != nil {
			takes += in.takes
			in.call()
			continue
		}
		takes += (&frame{msgs: in.msgs}).takes(&n.w.costs)
		n.m.Step(n.w.now, in.from.id, in.msgs)
	}
	n.inbox = nil
	if n.m.Due() <= n.w.now {
		n.m.Tick(n.w.now)
	}
	return takes
}

// apply applies what was learned.
func (n *node) apply() (takes int64) {
	for {
		entries, _, ok := n.m.Entries()
		if !ok {
			return takes
		}
		for _, e := range entries {
			takes += n.w.costs.apply
			if n.applied != nil {
				takes += n.applied(e)
			}
		}
		n.m.Applied(n.w.now, make([]int32, len(entries)), nil)
	}
}

// answer tells clients what has ended, and watches what was applied.
func (n *node) answer(done []consensus.Done) {
	if n.died > 0 {
		return
	}
	for _, d := range done {
		end := n.waiting[d.Key]
		delete(n.waiting, d.Key)
		end(d)
	}
	if n.told != nil {
		n.told()
	}
}

// write sends the other nodes their frames, and sees to the next turn.
func (n *node) write(frames []frame) (takes int64, then func()) {
	for i := range frames {
		takes += frames[i].takes(&n.w.costs)
	}
	return takes, func() {
		n.turning = false
		if n.died > 0 {
			return
		}
		for i := range frames {
			n.send(&frames[i])
		}
		n.rest()
	}
}

// rest has the next turn come when there is something for it, or with the next tick.
func (n *node) rest() {
	switch due := n.m.Due(); {
	case len(n.inbox) > 0 || due <= n.w.now:
		n.wake()
	case due != n.tickAt:
		n.tickAt = due
		n.w.agenda.push(due, n.wake)
	}
}
