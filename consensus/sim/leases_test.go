package sim

import (
	"testing"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/consensus"
)

// The scripts of this file play what a read lease must withstand. A stale read
// shows as the cluster's failure.

// leased boots a cluster of three in health, long enough for all to hold leases
// of that length; 0: the default's.
func leased(t *testing.T, lease int64) *Cluster {
	t.Helper()
	p := healthy(3, 0)
	p.Lease, p.PDirect = lease, 1
	c := newScript(p)
	c.run(c.now+100*ms, nil)
	for _, n := range c.nodes {
		if n.clock(c.now) >= n.until {
			t.Fatalf("%s holds no lease", n.id)
		}
	}
	return c
}

// alone cuts all paths to and from a node, and tells nobody.
func (c *Cluster) alone(n *node) {
	for _, x := range c.nodes {
		if x != n {
			c.cut(x, n)
			c.cut(n, x)
		}
	}
}

// readAll reads at all nodes every so often for a span, and counts the reads
// that were answered at once.
func (c *Cluster) readAll(span, every int64, nodes ...int) (direct, all int) {
	before := c.tally.Leased
	for end := c.now + span; c.now < end && c.err == nil; {
		for _, i := range nodes {
			c.read(c.nodes[i], nil)
			all++
		}
		c.run(c.now+every, nil)
	}
	return c.tally.Leased - before, all
}

// TestScriptLease holds that in health every member answers without a message,
// also a while after a write and while others write now and then.
func TestScriptLease(t *testing.T) {
	c := leased(t, 0)
	direct, all := c.readAll(200*ms, 100*us, 0, 1, 2)
	assert.Equal(t, all, direct)
	for i := range 200 {
		c.after(int64(i)*5*ms, func() { c.propose(c.nodes[i%3], mutation{op: opSet, rev: clobber}, nil) })
	}
	direct, all = c.readAll(1000*ms, 100*us, 0, 1, 2)
	assert.Equal(t, nil, c.err)
	t.Logf("beside 200 writes a second %d of %d reads are answered at once", direct, all)
	if direct*10 < all*9 {
		t.Errorf("beside 200 writes a second only %d of %d reads are answered at once", direct, all)
	}
}

// TestScriptLeaseGap plays a request for a lease that comes late: asked within a
// lease, it arrives when that is over at its grantor, after a write of which the
// one who asked has heard nothing. The grant that comes of it must not let it
// read what was before the write. (A lease is half as long as fill here, so that
// the one who asked is not taken for dead before.)
func TestScriptLeaseGap(t *testing.T) {
	c := leased(t, 35*ms)
	lease, h := c.p.lease(), c.nodes[0]
	for _, x := range c.nodes[1:] {
		c.park(kindsOf(consensus.Beat), h, x)
		c.park(allKinds&^kindsOf(consensus.Grant), x, h)
	}
	begun := c.now
	c.run(begun+lease*115/100, nil)
	write := c.propose(c.nodes[1], mutation{op: opSet, rev: clobber}, nil)
	c.run(begun+lease*12/10, nil)
	assert.Equal(t, consensus.OK, write.status)
	assert.T(t, write.end != 0)
	for _, x := range c.nodes[1:] {
		c.release(h.index, x.index)
	}
	grants := 0
	for range 100 {
		c.readAll(50*us, 50*us, 0)
		if h.clock(c.now) < h.until {
			grants++
		}
	}
	assert.Equal(t, nil, c.err)
	assert.Equal(t, 0, grants)
	for _, x := range c.nodes[1:] {
		c.release(x.index, h.index)
	}
	read := c.read(h, nil)
	c.run(c.now+c.p.Fill, nil)
	assert.Equal(t, nil, c.err)
	assert.Equal(t, write.mut.id, read.got[0].val)
}

// TestScriptClocks isolates a holder whose clock is as slow as may be, while
// those of its grantors are as fast. One of them writes when their holds end; the
// holder is read until its lease ends. Each beginning of the write is tried.
func TestScriptClocks(t *testing.T) {
	step, around := 20*us, ms
	for at := -around; at < around; at += step {
		p := healthy(3, 0)
		p.DelayLo, p.DelayHi, p.TickLo, p.TickHi = 10*us, 20*us, 50*us, 100*us
		p.Lease, p.PDirect = p.Fill, 1
		c := newScript(p)
		for i, n := range c.nodes {
			rate := 1 + consensus.ClockError
			if i == 0 {
				rate = 1 - consensus.ClockError
			}
			n.offset += int64((n.rate - rate) * float64(c.now))
			n.rate = rate
		}
		c.run(c.now+100*ms, nil)
		h := c.nodes[0]
		c.alone(h)
		ends := int64(float64(h.until-h.clock(c.now)) / h.rate)
		assert.T(t, ends > p.Lease/2)
		c.after(ends+at, func() { c.propose(c.nodes[1], mutation{op: opSet, rev: clobber}, nil) })
		c.run(c.now+ends-around, nil)
		direct, _ := c.readAll(2*around, step/4, 0)
		if c.err != nil {
			t.Fatalf("a write %s from the end of the lease: %v", stamp(at), c.err)
		}
		assert.T(t, direct > 0)
	}
}

// TestScriptSlept has a holder sleep for longer than its lease while others
// write: what it is asked as it wakes, it must not answer by that lease.
func TestScriptSlept(t *testing.T) {
	for _, sleep := range []int64{30 * ms, 60 * ms, 80 * ms, 300 * ms, 2000 * ms} {
		c := leased(t, 0)
		h := c.nodes[2]
		wake := c.pause(h)
		write := c.propose(c.nodes[0], mutation{op: opSet, rev: clobber}, nil)
		c.run(c.now+sleep, nil)
		h.asleep--
		c.read(h, nil) // ahead of all that waits for it
		h.asleep++
		wake()
		c.readAll(10*ms, 100*us, 2)
		c.run(c.now+c.p.Fill, nil)
		assert.Equal(t, nil, c.err)
		assert.T(t, write.end != 0 && write.status == consensus.OK)
	}
}

// TestScriptHolderFails asks how long a write waits for a holder that is gone:
// no longer than for the hold to end.
func TestScriptHolderFails(t *testing.T) {
	tests := []struct {
		name  string
		fault func(c *Cluster, h *node)
	}{
		{"is cut off", func(c *Cluster, h *node) { c.alone(h) }},
		{"dies, and the others are told", func(c *Cluster, h *node) { c.kill(h, true) }},
		{"does not get NOMINATEs", func(c *Cluster, h *node) {
			c.park(kindsOf(consensus.Nominate), c.nodes[0], h)
			c.park(kindsOf(consensus.Nominate), c.nodes[1], h)
		}},
		{"sleeps", func(c *Cluster, h *node) { c.pause(h) }},
	}
	for _, tt := range tests {
		c := leased(t, 0)
		tt.fault(c, c.nodes[2])
		begun := c.now
		write := c.propose(c.nodes[0], mutation{op: opSet, rev: clobber}, nil)
		c.run(begun+1000*ms, func() bool { return write.end != 0 })
		assert.Equal(t, nil, c.err)
		assert.T(t, write.end != 0)
		t.Logf("a holder that %s: a write waits %s", tt.name, stamp(c.now-begun))
		if c.now-begun > 2*c.p.Fill {
			t.Errorf("a holder that %s: a write waits %s", tt.name, stamp(c.now-begun))
		}
		again := c.propose(c.nodes[1], mutation{op: opSet, rev: clobber}, nil)
		begun = c.now
		c.run(begun+1000*ms, func() bool { return again.end != 0 })
		t.Logf("and one after it %s", stamp(c.now-begun))
		if c.now-begun > c.p.Fill {
			t.Errorf("a holder that %s: a second write waits %s", tt.name, stamp(c.now-begun))
		}
	}
}

// TestScriptVotesInBulk has n0 fill two slots of n1, who dies, in one round: a
// nop, and a mutation for which the others voted. Those hold n1 and n4, and n0 does not.
// n4 hears of none of that, and reads: so the mutation has to wait for the end
// of its lease, though it comes with the nop in one frame of votes.
func TestScriptVotesInBulk(t *testing.T) {
	p := healthy(5, 0)
	p.Lease, p.PDirect = p.Fill, 1
	c := newScript(p)
	c.run(c.now+100*ms, nil)
	filler, w, h := c.nodes[0], c.nodes[1], c.nodes[4]
	set := mutation{op: opSet, rev: clobber}
	c.park(kindsOf(consensus.Beat), h, filler) // they ask there no more
	c.park(kindsOf(consensus.Beat), w, filler)
	for range 10 {
		c.propose(h, set, nil) // but are heard
		c.propose(w, set, nil)
		c.run(c.now+10*ms, nil)
	}
	assert.T(t, h.clock(c.now) < h.until)
	for _, x := range c.nodes[:4] {
		c.park(kindsOf(consensus.Invite, consensus.Nominate, consensus.Learn, consensus.Value, consensus.Skip), x, h)
	}
	mute := c.isolate(w, false, true)
	c.propose(w, set, nil)
	for _, undo := range mute {
		undo()
	}
	c.propose(w, set, nil)
	c.run(c.now+ms, nil)
	shown := c.shown
	c.kill(w, true)
	direct, _ := c.readAll(30*ms, 50*us, 4)
	assert.Equal(t, nil, c.err)
	assert.T(t, direct > 0)
	assert.Equal(t, shown, c.shown)
	c.run(c.now+3*p.Fill, nil)
	assert.Equal(t, nil, c.err)
	assert.T(t, c.shown > shown)
}
