package sim

// pause puts a node to sleep: its clock goes on, its inputs queue up. A read that
// comes as it wakes may be answered before all of them.
func (c *Cluster) pause(n *node) (undo func()) {
	c.tracef("%s falls asleep", n.id)
	n.asleep++
	return func() {
		if n.asleep--; n.asleep == 0 {
			c.tracef("%s wakes", n.id)
			if c.faulty && !n.dead && n.m != nil && chance(c.rand, c.p.PHeldBack) {
				c.read(n, nil) // the first thing that it is asked
			}
			c.drain(n)
		}
	}
}

// slow makes what travels to and from a node take so many times as long.
func (c *Cluster) slow(n *node, times int64) (undo func()) {
	c.tracef("%s: all its packets take %d times as long", n.id, times)
	n.slow = times
	n.heldBy++
	return func() {
		c.tracef("%s: its packets are quick again", n.id)
		n.slow = 0
		n.heldBy--
	}
}

// lull lets a node's loop run only so often.
func (c *Cluster) lull(n *node, every int64) (undo func()) {
	c.tracef("%s: its loop runs every %s", n.id, stamp(every))
	n.lazy = every
	n.heldBy++
	return func() {
		c.tracef("%s: its loop is quick again", n.id)
		n.lazy = 0
		n.heldBy--
	}
}
