package sim

import (
	"fmt"
	"math/bits"

	"github.com/ha/doozer/consensus"
)

// tryKill kills a node, unless that would leave the cluster unable to go on;
// once in a while even then. Another may take its place.
func (c *Cluster) tryKill(n *node) {
	if (c.moves > 0 || !c.viable(1<<n.index)) && !chance(c.rand, 0.03) {
		return
	}
	c.kill(n, chance(c.rand, 0.7))
	if chance(c.rand, 0.8) {
		c.after(span(c.rand, 0, 30*ms), func() { c.spawn(true) })
	}
}

// kill ends a process. The others are told, as by a reset connection, or have
// to find out.
func (c *Cluster) kill(n *node, told bool) {
	c.tracef("%s dies", n.id)
	n.dead = true
	n.inbox = nil
	c.lose(n)
	if !told {
		return
	}
	for i := range c.nodes {
		c.after(span(c.rand, 0, 2*ms), func() { c.linkDown(n.index, i) })
	}
}

// spawn starts a process under a new id: it attaches to a node by a snapshot,
// registers, and may become a member. There is room for so many only.
func (c *Cluster) spawn(member bool) {
	live := 0
	for _, n := range c.nodes {
		if !n.dead {
			live++
		}
	}
	if live >= maxLive || len(c.nodes) == maxNodes {
		return
	}
	n := &node{id: c.newID(len(c.nodes)), index: len(c.nodes)}
	c.nodes = append(c.nodes, n)
	c.tracef("%s starts", n.id)
	c.attach(n, member)
}

// newID is an id whose place in the order of ids is up to chance.
func (c *Cluster) newID(index int) consensus.ID {
	return fmt.Sprintf("%c%d", 'a'+c.rand.IntN(26), index)
}

func (c *Cluster) attach(n *node, member bool) {
	live := c.alive()
	if len(live) == 0 {
		return
	}
	from := live[c.rand.IntN(len(live))]
	c.transfer(from.index, n.index, func(snap *snapshot) {
		if snap == nil {
			c.attach(n, member)
			return
		}
		c.tracef("%s attaches by a snapshot of %s at %d", n.id, from.id, snap.state.Applied)
		c.start(n, snap)
		for i := range c.nodes {
			c.connect(n.index, i)
		}
		c.register(n, member, 5)
	})
}

// register writes the node's address, by the node itself.
func (c *Cluster) register(n *node, member bool, tries int) {
	if c.err != nil || n.dead || tries == 0 {
		return
	}
	c.moves++
	c.propose(n, mutation{op: opAddr, arg: uint8(n.index), node: -1, rev: clobber}, func(o *op) {
		c.moves--
		if o.status != consensus.OK {
			c.after(10*ms, func() { c.register(n, member, tries-1) })
		} else if member {
			c.join(n, tries)
		}
	})
}

// join has a node take a free slot of the membership, if it holds none.
func (c *Cluster) join(n *node, tries int) {
	if held, _ := n.slotOf(c, n.index); n.dead || tries == 0 || held >= 0 || !c.room(n) {
		return
	}
	if n.store.addrs>>n.index&1 == 0 {
		c.register(n, true, tries)
		return
	}
	slot, rev := n.slotOf(c, -1)
	if slot < 0 {
		return
	}
	c.moves++
	mut := mutation{op: opSlot, arg: uint8(slot), node: int8(n.index), rev: rev}
	c.propose(n, mut, func(o *op) {
		c.moves--
		if o.status != consensus.OK || o.code != codeOK {
			c.after(10*ms, func() { c.join(n, tries-1) })
		}
	})
}

// room reports whether alpha allows for one more member.
func (c *Cluster) room(n *node) bool {
	voters := bits.OnesCount64(n.store.voters)
	return int64(2*(voters+1)+1) <= c.p.Alpha && voters < 5
}

// remove has by propose that n is removed from its slot, and perhaps forgotten,
// as peer does with the silent. It does not ask for what would leave the others
// unable to go on. Later n may take a slot again.
func (c *Cluster) remove(by, n *node) {
	slot, rev := by.slotOf(c, n.index)
	rest := by.store.voters &^ (1 << n.index)
	var live uint64
	for _, x := range c.alive() {
		live |= 1 << x.index
	}
	if slot < 0 || rest == 0 || bits.OnesCount64(rest&live) <= bits.OnesCount64(rest)/2 {
		return
	}
	c.moves++
	mut := mutation{op: opSlot, arg: uint8(slot), node: -1, rev: rev}
	c.propose(by, mut, func(o *op) {
		c.moves--
		if o.status == consensus.OK && o.code == codeOK && chance(c.rand, 0.5) {
			c.forget(by, n)
		}
		if chance(c.rand, 0.5) {
			c.after(span(c.rand, 0, 50*ms), func() { c.join(n, 3) })
		}
	})
}

// forget has by propose that n's address is deleted: nobody believes n until it
// registers again.
func (c *Cluster) forget(by, n *node) {
	c.moves++
	c.propose(by, mutation{op: opGone, arg: uint8(n.index), node: -1, rev: clobber}, func(*op) {
		c.moves--
		if !n.dead {
			c.after(span(c.rand, 0, 50*ms), func() { c.register(n, false, 3) })
		}
	})
}

// reattach has a node that is behind, and knows none of the living who is not,
// take a snapshot of a stranger: all who knew more were replaced while it was
// away, and it believes nobody who came since. This is the part of package peer,
// whose attach_anew.go does so by the addresses that the node was started with
// and those of its acquaintances, after some seconds without a majority.
func (c *Cluster) reattach() {
	for _, n := range c.alive() {
		known := n.store.addrs | c.check.members(n.applied+1, n.applied+c.p.Alpha)
		var best *node
		for _, x := range c.alive() {
			if x.applied <= n.applied {
				continue
			}
			if known>>x.index&1 != 0 {
				best = nil
				break
			}
			if best == nil || x.applied > best.applied {
				best = x
			}
		}
		if best != nil && !n.loading {
			c.fetch(n, best.id)
		}
	}
}
