package sim

// faultKind names what chance does to a cluster.
type faultKind int

const (
	fCutOne  faultKind = iota // one direction between two nodes, silently
	fCutTwo                   // both
	fReset                    // both, and the ends are told
	fDeaf                     // a node hears nobody
	fMute                     // nobody hears a node
	fIsolate                  // both
	fLone                     // all members but one hear nobody, and nobody hears them
	fSplit                    // the nodes are in two halves
	fFlap                     // a link is cut again and again
	fLate                     // LEARN, SKIP and VALUE are withheld from a node
	fHold                     // some kinds are withheld on some path
	fLast                     // a node is isolated, and read when its lease ends
	fGap                      // a node's requests for leases come late
	fBurst                    // a node writes much and falls silent; one that was not told is read
	fPause                    // a node sleeps
	fSlow                     // packets to and from a node take much longer
	fLazy                     // a node's loop runs rarely
	fKill                     // a node dies; another may take its place
	fStorm                    // many nodes die and others start, in a short time
	fAdd                      // a follower becomes a member
	fRemove                   // a member is removed
	fShun                     // a member is removed while it sleeps
	fGrow                     // two more members, and two fewer later
	fRenew                    // one member after the other is replaced
	fAnew                     // a node takes a snapshot of somebody who is ahead, though it could do without
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
	case fLone:
		c.scatter(a)
	case fSplit:
		c.split()
	case fFlap:
		c.flap(a, b, 2+c.rand.IntN(6))
	case fLate, fHold:
		c.withhold(kind, a, b)
	case fLast:
		c.lastMoment(b)
	case fGap:
		c.gap(a, b)
	case fBurst:
		c.burst(a, b)
	case fPause:
		c.lasting(c.pause(a))
	case fSlow:
		c.lasting(c.slow(a, 3+c.rand.Int64N(20)))
	case fLazy:
		c.lasting(c.lull(a, span(c.rand, ms, 2*c.p.Fill)))
	case fKill:
		c.tryKill(a)
	case fStorm:
		c.storm(2 + c.rand.IntN(6))
	case fAdd:
		c.join(a, 3)
	case fRemove:
		c.remove(b, a)
	case fShun:
		c.lasting(c.pause(a))
		c.remove(b, a)
	case fGrow:
		c.grow(2, func() { c.shrink(2) })
	case fRenew:
		c.renew(b.store.voters, c.rand.IntN(2) == 0)
	case fAnew:
		if !a.loading && a.applied < b.applied {
			c.fetch(a, b.id)
		}
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

// lasting lets faults last a while, often about as long as a lease, at the
// longest until all are healed. undos end them.
func (c *Cluster) lasting(undos ...func()) {
	time := span(c.rand, ms, c.p.FaultSpan)
	if chance(c.rand, 0.3) {
		time = span(c.rand, c.p.Fill/2, 2*c.p.Fill)
	}
	c.after(time, c.undone(undos))
}

// undone makes one undo of many, which works once: when the fault is over, or
// when all are healed.
func (c *Cluster) undone(undos []func()) (undo func()) {
	undone := false
	undo = func() {
		if undone {
			return
		}
		undone = true
		for _, u := range undos {
			u()
		}
	}
	c.undos = append(c.undos, undo)
	return undo
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
