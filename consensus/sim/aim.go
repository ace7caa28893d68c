package sim

import "github.com/ha/doozer/consensus"

// The faults of this file aim at leases: a node that may read by itself is held
// back while others write, and asked when that would show.

// lease is how long a node's lease lasts.
func (p *Params) lease() int64 {
	if p.Lease > 0 {
		return min(p.Lease, p.Fill)
	}
	return p.Fill / 4 * 3
}

// brief lets faults last for d, at the longest until all are healed.
func (c *Cluster) brief(d int64, undos ...func()) { c.after(d, c.undone(undos)) }

// lastMoment isolates the node that can read by itself for longest, for its lease
// is long or its clock slow, and asks it when that ends. Just before w writes.
func (c *Cluster) lastMoment(w *node) {
	h := w
	for _, x := range c.alive() {
		if float64(x.until-x.clock(c.now))/x.rate > float64(h.until-h.clock(c.now))/h.rate {
			h = x
		}
	}
	c.brief(2*c.p.lease(), c.isolate(h, true, true)...)
	c.after(c.p.DelayHi, func() {
		left := int64(float64(h.until-1-h.clock(c.now)) / h.rate)
		if left <= 0 {
			return
		}
		c.after(left-min(left, span(c.rand, 0, c.p.lease()/32)), func() { c.visit(w, false) })
		for _, early := range []int64{0, 5 * us, 50 * us, 500 * us} {
			if early <= left {
				c.after(left-early, func() { c.visit(h, true) })
			}
		}
	})
}

// gap has h's requests for leases come late, when those that it had are over at
// its grantors, and much was written since of which h hears nothing.
func (c *Cluster) gap(h, w *node) {
	lease := c.p.lease()
	late := span(c.rand, lease, lease*8/5)
	var asks, rest []func()
	for _, x := range c.alive() {
		if x != h {
			asks = append(asks, c.park(kindsOf(consensus.Beat), h, x))
			rest = append(rest, c.park(allKinds&^kindsOf(consensus.Grant), x, h))
		}
	}
	c.brief(late, asks...)
	c.brief(3*lease, rest...)
	for range 4 {
		c.after(span(c.rand, lease/2, late), func() { c.visit(w, false) })
	}
	for range 6 {
		c.after(late+span(c.rand, 0, 4*c.p.DelayHi), func() { c.visit(h, true) })
	}
}

// burst has w write many at once, of which the others hear only the latter half,
// and fall silent: so they fill its slots with nops and with mutations. h, who is
// not told of all that, is asked again and again meanwhile.
func (c *Cluster) burst(h, w *node) {
	held := pick(c.rand, kindsOf(consensus.Learn, consensus.Skip, consensus.Value),
		kindsOf(consensus.Learn, consensus.Skip, consensus.Value, consensus.Nominate))
	var parks []func()
	for _, x := range c.alive() {
		if x != h {
			parks = append(parks, c.park(held, x, h))
		}
	}
	c.brief(5*c.p.Fill, parks...)
	mute := c.undone(c.isolate(w, false, true))
	for range c.rand.IntN(5) {
		c.visit(w, false)
	}
	mute()
	for range 1 + c.rand.IntN(4) {
		c.visit(w, false)
	}
	c.after(span(c.rand, 0, 2*c.p.DelayHi), func() {
		if !w.dead {
			c.disconnectAll(w)
			c.brief(4*c.p.Fill, c.isolate(w, true, true)...)
		}
	})
	for range 8 {
		c.after(span(c.rand, 0, 3*c.p.Fill), func() { c.visit(h, true) })
	}
}

// disconnectAll has the ends of n's connections told, as when its process is gone.
func (c *Cluster) disconnectAll(n *node) {
	for _, x := range c.nodes {
		if x != n {
			c.disconnect(n.index, x.index, 0)
		}
	}
}

// visit reads or writes at a node that is awake, while there are faults.
func (c *Cluster) visit(n *node, read bool) {
	switch {
	case !c.faulty || n.dead || n.asleep > 0 || n.m == nil:
	case read:
		c.read(n, nil)
	default:
		c.write(n)
	}
}
