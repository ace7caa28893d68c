package sim

import "math/bits"

// storm kills nodes one after the other, each about as soon as another one
// started in the place of the last. It ends early when one more would leave too
// few.
func (c *Cluster) storm(left int) {
	a, _ := c.pair()
	if left == 0 || !c.faulty || a == nil {
		return
	}
	if c.viable(1 << a.index) {
		c.kill(a, chance(c.rand, 0.7))
		c.spawn(chance(c.rand, 0.8))
	}
	c.after(span(c.rand, 0, 20*ms), func() { c.storm(left - 1) })
}

// grow starts nodes that become members, then does what comes next.
func (c *Cluster) grow(more int, next func()) {
	if !c.faulty {
		return
	}
	for range more {
		c.spawn(true)
	}
	c.after(span(c.rand, 10*ms, 100*ms), next)
}

// shrink removes members, whichever, but leaves three.
func (c *Cluster) shrink(fewer int) {
	a, b := c.pair()
	if fewer == 0 || !c.faulty || a == nil {
		return
	}
	if bits.OnesCount64(b.store.voters) > 3 {
		c.remove(b, a)
	}
	c.after(span(c.rand, 5*ms, 50*ms), func() { c.shrink(fewer - 1) })
}

// renew replaces the members in old one by one. Each is removed before or after
// its successor came, and then killed, or goes on as a follower.
func (c *Cluster) renew(old uint64, first bool) {
	by, _ := c.pair()
	if old == 0 || !c.faulty || by == nil {
		return
	}
	n := c.nodes[bits.TrailingZeros64(old)]
	rest := old &^ (1 << n.index)
	leave := func() {
		if by, _ := c.pair(); by != nil && !n.dead {
			c.remove(by, n)
		}
		c.after(span(c.rand, 5*ms, 60*ms), func() {
			if c.faulty && !n.dead && chance(c.rand, 0.5) && c.viable(1<<n.index) {
				c.kill(n, chance(c.rand, 0.7))
			}
			c.renew(rest, first)
		})
	}
	if first {
		leave()
		c.grow(1, func() {})
	} else {
		c.grow(1, leave)
	}
}
