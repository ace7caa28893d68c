package sim

import "github.com/ha/doozer/consensus"

// faultKind names what chance does to a cluster.
type faultKind int

const (
	fCutOne  faultKind = iota // one direction between two nodes, silently
	fCutTwo                   // both
	fReset                    // both, and the ends are told
	fDeaf                     // a node hears nobody
	fMute                     // nobody hears a node
	fIsolate                  // both
	fFlap                     // a link is cut again and again
	fLate                     // LEARN, SKIP and VALUE are withheld from a node
	fHold                     // some kinds are withheld on some path
	fPause                    // a node sleeps
	fKill                     // a node dies; another may take its place
	fAdd                      // a follower becomes a member
	fRemove                   // a member is removed
	fShun                     // a member is removed while it sleeps
	fForge                    // a node speaks of seqns of which it is no member
	numFaults
)

// faults applies faults at random, for as long as the cluster is faulty.
func (c *Cluster) faults() {
	total := 0
	for _, w := range c.p.Weights {
		total += w
	}
	if !c.faulty || total == 0 {
		return
	}
	c.after(span(c.rand, 0, 2*c.p.FaultEvery), c.faults)
	at := c.rand.IntN(total)
	for kind, w := range c.p.Weights {
		if at -= w; at < 0 {
			c.fault(faultKind(kind))
			return
		}
	}
}

// fault does what the kind says to nodes that chance picks.
func (c *Cluster) fault(kind faultKind) {
	a, b := c.pair()
	if a == nil {
		return
	}
	c.mix(uint64(kind))
	switch kind {
	case fCutOne:
		c.lasting(c.cut(a, b))
	case fCutTwo:
		c.lasting(c.cut(a, b), c.cut(b, a))
	case fReset:
		c.disconnect(a.index, b.index, pick(c.rand, 0, ms, 10*ms))
		if chance(c.rand, 0.5) {
			c.lasting(c.cut(a, b), c.cut(b, a))
		}
	case fDeaf, fMute, fIsolate:
		c.lasting(c.isolate(a, kind != fMute, kind != fDeaf)...)
	case fFlap:
		c.flap(a, b, 2+c.rand.IntN(6))
	case fLate, fHold:
		c.withhold(kind, a, b)
	case fPause:
		c.lasting(c.pause(a))
	case fKill:
		c.tryKill(a)
	case fAdd:
		c.join(a, 3)
	case fRemove:
		c.remove(b, a)
	case fShun:
		c.lasting(c.pause(a))
		c.remove(b, a)
	case fForge:
		for range 20 {
			c.forge(a, b)
		}
	}
}

// pair picks two different nodes that run; the second may be the first where
// there is no other.
func (c *Cluster) pair() (a, b *node) {
	live := c.alive()
	if len(live) == 0 {
		return nil, nil
	}
	i := c.rand.IntN(len(live))
	j := i
	if len(live) > 1 {
		j = (i + 1 + c.rand.IntN(len(live)-1)) % len(live)
	}
	return live[i], live[j]
}

// lasting lets faults last a while, at the longest until all are healed. undos
// end them.
func (c *Cluster) lasting(undos ...func()) {
	undone := false
	undo := func() {
		if undone {
			return
		}
		undone = true
		for _, u := range undos {
			u()
		}
	}
	c.undos = append(c.undos, undo)
	c.after(span(c.rand, ms, c.p.FaultSpan), undo)
}

// heal ends all faults.
func (c *Cluster) heal() {
	c.tracef("all faults end")
	c.faulty = false
	for _, undo := range c.undos {
		undo()
	}
	c.undos = nil
	for a, n := range c.nodes {
		n.dead = n.dead || n.stranger
		for b := range a {
			if n.dead != c.nodes[b].dead {
				c.linkDown(a, b)
				c.linkDown(b, a)
			}
			c.connect(a, b)
		}
	}
}

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

// pause puts a node to sleep: its clock goes on, its inputs queue up.
func (c *Cluster) pause(n *node) (undo func()) {
	c.tracef("%s falls asleep", n.id)
	n.asleep++
	return func() {
		if n.asleep--; n.asleep == 0 {
			c.tracef("%s wakes", n.id)
			c.drain(n)
		}
	}
}
