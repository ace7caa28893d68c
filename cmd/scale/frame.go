package main

import (
	"slices"

	"github.com/ha/doozer/consensus"
)

// frame is what one turn of a node says to another.
type frame struct {
	to   *node
	msgs []consensus.Message
}

// takes is what it costs the one who writes it, or the one who reads it.
func (f *frame) takes(c *costs) int64 { return c.frame + int64(len(f.msgs))*c.message }

// frames copies what the machine says, whose memory stays its own.
func (n *node) frames() []frame {
	var all []frame
	for _, o := range n.out.Messages {
		msgs := slices.Clone(o.Msgs)
		for i := range msgs {
			msgs[i].IDs = slices.Clone(msgs[i].IDs)
		}
		all = append(all, frame{n.w.byID[o.To], msgs})
	}
	return all
}

func (n *node) send(f *frame) {
	bytes := frameBytes(f.msgs)
	n.said.add(f.msgs, bytes)
	left := n.host.send(onWire(bytes))
	n.w.agenda.push(left+n.w.delay(n.index, f.to.index), func() {
		if n.died == 0 || left <= n.died {
			f.to.give(input{from: n, msgs: f.msgs})
		}
	})
}

// link makes a link between two nodes.
func link(a, b *node) {
	a.give(input{call: func() { a.m.LinkUp(a.w.now, b.id) }})
	b.give(input{call: func() { b.m.LinkUp(b.w.now, a.id) }})
}

// kill ends a node. Its system resets its connections, so that the others hear of it; or its machine is gone, too, and it
// just falls silent.
func (n *node) kill(silent bool) {
	n.died = n.w.now
	n.host.dead = !n.w.shared
	for _, o := range n.w.nodes {
		if o != n && !silent {
			n.w.after(n.w.delay(n.index, o.index), func() {
				o.give(input{call: func() { o.m.LinkDown(n.w.now, n.id) }})
			})
		}
	}
}

// tally counts what was said.
type tally struct {
	frames, bytes int // but those of heartbeats alone
	kinds         [32]int
}

func (t *tally) add(msgs []consensus.Message, bytes int) {
	idle := true
	for i := range msgs {
		t.kinds[msgs[i].Kind]++
		idle = idle && isIdle(msgs[i].Kind)
	}
	if !idle {
		t.frames++
		t.bytes += bytes
	}
}

// isIdle reports whether a message comes as often when nobody writes.
func isIdle(k consensus.Kind) bool {
	return k == consensus.Beat || k == consensus.Grant || k == consensus.Follow
}
