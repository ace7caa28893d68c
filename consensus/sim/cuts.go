package sim

import "github.com/ha/doozer/consensus"

// cut swallows what a sends to b, until its undo.
func (c *Cluster) cut(a, b *node) (undo func()) {
	c.tracef("cut: %s -> %s", a.id, b.id)
	path := &c.net.paths[a.index][b.index]
	path.cut++
	a.heldBy++
	return func() {
		c.tracef("cut ends: %s -> %s", a.id, b.id)
		path.cut--
		a.heldBy--
		c.connect(a.index, b.index)
	}
}

// isolate cuts all paths to a, from it, or both; with some luck the ends are
// told, as when a connection is refused.
func (c *Cluster) isolate(a *node, in, out bool) (undos []func()) {
	told := chance(c.rand, 0.3)
	for _, b := range c.nodes {
		if b == a {
			continue
		}
		if in {
			undos = append(undos, c.cut(b, a))
		}
		if out {
			undos = append(undos, c.cut(a, b))
		}
		if told {
			c.disconnect(a.index, b.index, ms)
		}
	}
	return undos
}

// scatter isolates all members but a.
func (c *Cluster) scatter(a *node) {
	var undos []func()
	for i, b := range c.nodes {
		if a.store.voters>>i&1 != 0 && b != a && !b.dead {
			undos = append(undos, c.isolate(b, true, true)...)
		}
	}
	c.lasting(undos...)
}

// split cuts all paths between two halves of the nodes, which chance picks.
func (c *Cluster) split() {
	half := c.rand.Uint64()
	var undos []func()
	for i, a := range c.nodes {
		for j, b := range c.nodes {
			if half>>i&1 != half>>j&1 {
				undos = append(undos, c.cut(a, b))
			}
		}
	}
	c.lasting(undos...)
}

// flap cuts a link, heals it, and so on.
func (c *Cluster) flap(a, b *node, times int) {
	if times == 0 || !c.faulty {
		return
	}
	if chance(c.rand, 0.5) {
		c.disconnect(a.index, b.index, ms)
	}
	ab, ba := c.cut(a, b), c.cut(b, a)
	c.lasting(func() {
		ab()
		ba()
		c.after(span(c.rand, 0, c.p.FaultSpan/2), func() { c.flap(a, b, times-1) })
	})
}

// withhold parks messages of some kinds on the way to a node, from one other
// or from all.
func (c *Cluster) withhold(kind faultKind, to, from *node) {
	held := kindsOf(consensus.Learn, consensus.Skip, consensus.Value)
	if kind == fHold {
		held = pick(c.rand, held, kindsOf(consensus.Learn), kindsOf(consensus.Skip),
			kindsOf(consensus.Value), kindsOf(consensus.Nominate), kindsOf(consensus.Vote),
			kindsOf(consensus.Beat), kindsOf(consensus.Rsvp), allKinds&^kindsOf(consensus.Beat),
			kindsOf(consensus.Seen), kindsOf(consensus.Pass, consensus.Passed), kinds(c.rand.Uint32()))
	}
	all := kind == fLate || chance(c.rand, 0.5)
	var undos []func()
	for _, n := range c.nodes {
		if n != to && (all || n == from) {
			undos = append(undos, c.park(held, n, to))
		}
	}
	c.lasting(undos...)
}

func (c *Cluster) park(held kinds, from, to *node) (undo func()) {
	c.tracef("withhold: %s -> %s %s", from.id, to.id, held)
	c.net.paths[from.index][to.index].held |= held
	to.heldBy++
	return func() {
		c.tracef("withhold ends: %s -> %s", from.id, to.id)
		to.heldBy--
		c.release(from.index, to.index)
	}
}
