package sim

import "github.com/ha/doozer/consensus"

// settle checks that, without faults, the cluster goes on. What the clients ask
// from now on, of every live node, has to succeed soon, and all nodes have to
// apply the same. What they asked before may have to wait for an answer that was
// lost, until it times out. It reports whether that could be asked for and was so.
func (c *Cluster) settle() bool {
	p := &c.p
	probes := 0
	for _, n := range c.alive() {
		probes += 2
		c.probe(n, false, &probes)
		c.probe(n, true, &probes)
	}
	soon := maxBackoffs*p.Fill + maxDelays*p.DelayHi
	well := func() bool { return probes == 0 && c.converged() }
	c.run(c.now+soon/2, well)
	if !well() {
		if !c.viable(0) {
			return false
		}
		c.reattach()
	}
	c.run(c.now+soon/2, well)
	over := func() bool { return c.open == 0 && c.moves == 0 && well() }
	if well() {
		c.run(c.now+p.Timeout+p.Timeout/50+soon, over)
	}
	switch {
	case c.err != nil || over():
		return c.err == nil
	case c.viable(0):
		c.fail("liveness: %s after all faults ended: %d probes unanswered, %d operations open, %d changes of membership under way, converged: %v",
			stamp(c.now-p.FaultTime), probes, c.open, c.moves, c.converged())
	}
	return false
}

// What the cluster takes to go on, at most. Half of the schedules take less than
// a fill, one in a thousand 30: its nodes have backed off from each other, for up
// to six fills a time, or wait half of this until they attach anew.
const (
	maxBackoffs = 80  // fills
	maxDelays   = 100 // delays of a packet
)

// probe has an operation succeed at n: a failing one is tried again.
func (c *Cluster) probe(n *node, read bool, left *int) {
	then := func(o *op) {
		if o.status == consensus.OK {
			*left--
		} else {
			c.probe(n, read, left)
		}
	}
	if read {
		c.read(n, then)
	} else {
		c.propose(n, mutation{op: opSet, arg: uint8(c.rand.IntN(c.p.Keys)), rev: clobber}, then)
	}
}

// converged reports whether all live nodes applied the same mutations.
func (c *Cluster) converged() bool {
	for _, n := range c.nodes {
		if !n.dead && !n.stranger && (n.m == nil || n.store.View().Rev() != c.check.model.rev) {
			return false
		}
	}
	return true
}

// quiet checks that without load the log comes to a standstill, and that the
// nodes then say no more than the pulse needs. What the faults left unlearned is
// filled first, and those who fill may be backing off from each other, for up
// to six fills a time: hence several windows, each longer than that. One in
// which the log stands still is enough: nothing but load would move it again.
func (c *Cluster) quiet() {
	span := 8*c.p.Fill + 2*c.p.DelayHi
	for try := range quietWindows {
		end, sent := c.check.end(), c.net.sent
		c.run(c.now+span, nil)
		if c.check.end() > end || try == 0 {
			continue
		}
		pairs := len(c.alive()) * (len(c.alive()) - 1)
		c.inForce()
		fills := int(span/c.p.Fill + 1)
		if c.p.Uneven {
			fills *= 2
		}
		if said := c.net.sent - sent; said > pairs*fills*maxPulse {
			c.fail("storm: with no load %d messages in %s among %d pairs of nodes", said, stamp(span), pairs)
		}
		return
	}
	c.fail("liveness: with no load the log still grows after %s", stamp(quietWindows*span))
}

// inForce checks that the log came as far as its newest config: a change of
// membership is itself use of the seqn from which it holds. (The configs that a
// schedule begins with came from no change.)
func (c *Cluster) inForce() {
	cfg, end := c.check.newest(), c.check.end()
	if cfg.from > max(end, c.check.base+c.p.Alpha) && len(cfg.members) > 1 && c.viable(0) {
		c.fail("liveness: with no load the config from %d on is not in force; the log ends at %d", cfg.from, end)
	}
}

const quietWindows = 4

// maxPulse bounds the messages from one node to another in a fill: four
// heartbeats, a GRANT for each, and half as many to those who follow.
const maxPulse = 10

// consistent checks what the nodes hold in the end, and that all watchers saw it.
func (c *Cluster) consistent() {
	c.watchToEnd()
	for _, n := range c.alive() {
		c.check.tree(n, n.store.View())
		if k := n.m.Info().Contradictions; k > 0 {
			c.fail("%s: was told %d values that differ from what it had learned", n.id, k)
		}
	}
}
