package sim

import (
	"fmt"
	"testing"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/consensus"
)

// The scripts of this file play what chance does not find, or not often. Where
// they are about speed they hold the rate of acknowledged writes against that
// of the same cluster in health.

// healthy are the parameters of a cluster on one machine's network: the
// product's fill, and an alpha that does not bound the rate.
func healthy(members, extra int) Params {
	return Params{
		Seed: 1, Alpha: 4096, Members: members, Extra: extra,
		Fill: 70 * ms, Timeout: 5000 * ms, TickLo: 2 * ms, TickHi: 5 * ms,
		DelayLo: 100 * us, DelayHi: 300 * us, FaultSpan: 100 * ms, Keys: 1, Changes: 1000, Transfer: ms,
	}
}

// newScript boots a cluster of n0, n1, ... whose first p.Members are members
// from the first seqn on.
func newScript(p Params) *Cluster {
	var ids []consensus.ID
	var seats []int
	for i := range p.Members + p.Extra {
		ids = append(ids, fmt.Sprintf("n%d", i))
		if i < p.Members {
			seats = append(seats, i)
		}
	}
	c := newCluster(p)
	c.boot(ids, scriptBase, seats, []config{{from: scriptBase + 1, set: 1<<p.Members - 1}})
	c.run(50*ms, nil)
	return c
}

// scriptBase is where scripts begin: a multiple of all sizes of configs in
// them, so that the owner of scriptBase+s is that of s.
const scriptBase = 60

// load keeps so many writes open at each of the nodes, and counts those that
// were acknowledged.
func (c *Cluster) load(each int, nodes ...int) *int {
	acked := new(int)
	for _, i := range nodes {
		var next func(*op)
		next = func(o *op) {
			if o != nil && o.status == consensus.OK {
				*acked++
			}
			if !c.nodes[i].dead {
				c.propose(c.nodes[i], mutation{op: opSet, rev: clobber}, next)
			}
		}
		for range each {
			next(nil)
		}
	}
	return acked
}

// rate is how many writes a virtual second were acknowledged in the span.
func (c *Cluster) rate(acked *int, span int64) float64 {
	before := *acked
	c.run(c.now+span, nil)
	return float64(*acked-before) * 1000 / float64(span/ms)
}

// TestScriptRates lays one fault on a busy cluster and asks for the rate after
// a stall of a few fills. The bounds lie a fifth below what is reached. Where a
// link between two is cut, what one of them coordinates takes a hop more: by way
// of the third.
func TestScriptRates(t *testing.T) {
	cut := func(pairs ...int) func(c *Cluster) {
		return func(c *Cluster) {
			for i := 0; i < len(pairs); i += 2 {
				c.cut(c.nodes[pairs[i]], c.nodes[pairs[i+1]])
			}
		}
	}
	tests := []struct {
		name    string
		writers []int
		fault   func(c *Cluster)
		least   float64 // of the rate in health
	}{
		{"nothing", []int{0, 1, 2}, func(*Cluster) {}, 0.95},
		{"a link between two of three members", []int{0, 1, 2}, cut(0, 1, 1, 0), 0.75},
		{"that, written by the third", []int{2}, cut(0, 1, 1, 0), 0.75},
		{"that, written by one of the two", []int{0}, cut(0, 1, 1, 0), 0.5},
		{"a one-way link", []int{0, 1, 2}, cut(0, 1), 0.65},
		{"a deaf member, the first", []int{1, 2}, cut(1, 0, 2, 0), 0.75},
		{"a deaf member, the last", []int{0, 1}, cut(0, 2, 1, 2), 0.75},
		{"a mute member", []int{0, 1}, cut(2, 0, 2, 1), 0.75},
		{"a dead member", []int{0, 1}, func(c *Cluster) { c.kill(c.nodes[2], true) }, 0.75},
		{"a dead member, the first, one writer", []int{1}, func(c *Cluster) { c.kill(c.nodes[0], true) }, 0.75},
		{"a member that fell silent", []int{0, 1}, func(c *Cluster) { c.kill(c.nodes[2], false) }, 0.75},
		{"a sleeping member", []int{0, 1}, func(c *Cluster) { c.pause(c.nodes[2]) }, 0.75},
		{"a member without NOMINATEs", []int{0, 1, 2}, func(c *Cluster) {
			for _, from := range []int{0, 1} {
				c.park(kindsOf(consensus.Nominate), c.nodes[from], c.nodes[2])
			}
		}, 0.75},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newScript(healthy(3, 0))
			acked := c.load(8, tt.writers...)
			before := c.rate(acked, 200*ms)
			tt.fault(c)
			c.run(c.now+300*ms, nil)
			after := c.rate(acked, 400*ms)
			assert.Equal(t, nil, c.err)
			t.Logf("%.0f writes a second, then %.0f: %.2f", before, after, after/before)
			if after < tt.least*before {
				t.Errorf("%.0f writes a second, and %.0f with the fault", before, after)
			}
		})
	}
}

// TestScriptLone holds a lone writer to one round trip, however idle the
// others are: they skip in the same turn in which they vote.
func TestScriptLone(t *testing.T) {
	for _, members := range []int{3, 5} {
		p := healthy(members, 0)
		c := newScript(p)
		acked := c.load(1, 1)
		c.run(c.now+100*ms, nil)
		frames, sent, from := c.net.frames, c.net.sent, *acked
		each := 1000 / c.rate(acked, 200*ms)
		writes := float64(*acked - from)
		t.Logf("%d members: a write takes %.3f ms, %.1f frames, %.1f messages", members, each,
			float64(c.net.frames-frames)/writes, float64(c.net.sent-sent)/writes)
		assert.Equal(t, nil, c.err)
		if most := 2 * float64(p.DelayHi) / float64(ms); each > most {
			t.Errorf("%d members: a write takes %.3f ms, a round trip at most %.3f", members, each, most)
		}
	}
}

// longestPause runs for a span, and tells the longest time in which no write was acknowledged.
func (c *Cluster) longestPause(acked *int, span int64) int64 {
	longest, last, before := int64(0), c.now, *acked
	c.run(c.now+span, func() bool {
		if *acked != before {
			longest, last, before = max(longest, c.now-last), c.now, *acked
		}
		return false
	})
	return max(longest, c.now-last)
}

// TestScriptKill asks how long writes pause when a member dies in silence.
func TestScriptKill(t *testing.T) {
	for victim := range 3 {
		c := newScript(healthy(3, 0))
		acked := c.load(4, (victim+1)%3, (victim+2)%3)
		c.run(c.now+100*ms, nil)
		c.kill(c.nodes[victim], false)
		longest := c.longestPause(acked, 1000*ms)
		assert.Equal(t, nil, c.err)
		t.Logf("without n%d: writes pause for %s", victim, stamp(longest))
		if longest > 140*ms {
			t.Errorf("without n%d: writes pause for %s", victim, stamp(longest))
		}
	}
}

// TestScriptKillFarApart has the others farther from each other than fill: each opens a round of its own before the other's can
// succeed. They must not do so for ever.
func TestScriptKillFarApart(t *testing.T) {
	for victim := range 3 {
		for seed := range uint64(5) {
			p := healthy(3, 0)
			p.Seed, p.DelayLo, p.DelayHi = seed, 44*ms, 46*ms
			c := newScript(p)
			acked := c.load(1, (victim+1)%3, (victim+2)%3)
			c.run(c.now+1000*ms, nil)
			c.kill(c.nodes[victim], true)
			longest := c.longestPause(acked, 4000*ms)
			assert.Equal(t, nil, c.err)
			if longest > 1000*ms {
				t.Errorf("without n%d, seed %d: writes pause for %s", victim, seed, stamp(longest))
			}
		}
	}
}

// TestScriptLostLearn loses all that tells of a write just before its
// coordinator falls silent: the others have to find out by themselves, though
// no client asks for anything.
func TestScriptLostLearn(t *testing.T) {
	for _, dies := range []bool{false, true} {
		c := newScript(healthy(3, 0))
		told := kindsOf(consensus.Learn, consensus.Value)
		for _, to := range []int{1, 2} {
			c.park(told, c.nodes[0], c.nodes[to])
		}
		o := c.propose(c.nodes[0], mutation{op: opSet, rev: clobber}, nil)
		c.run(c.now+2*ms, func() bool { return o.end != 0 })
		assert.Equal(t, consensus.OK, o.status)
		assert.T(t, c.nodes[1].applied < o.seqn && c.nodes[2].applied < o.seqn)
		if dies {
			c.kill(c.nodes[0], false)
		} else {
			c.net.paths[0][1].held, c.net.paths[0][2].held = 0, 0
		}
		c.run(c.now+5*c.p.Fill, func() bool { return c.nodes[1].applied >= o.seqn && c.nodes[2].applied >= o.seqn })
		assert.Equal(t, nil, c.err)
		assert.T(t, c.nodes[1].applied >= o.seqn && c.nodes[2].applied >= o.seqn)
		t.Logf("the coordinator dies: %v; known to all at %s", dies, stamp(c.now))
	}
}

// TestScriptStaleRead plays the schedule by which a read would be stale if it
// went by the configs that are known when its question is sent. Seqns are counted
// from the base here. Two changes of membership, at 1 and 2, leave n2 alone from
// 9 on; it writes 10. n0, which has applied nothing, asks the others only: 2 of
// n0, n1, n2, 3 of n0, n1, n2, n4 and 2 of n0, n2, n4 answer, all of whom saw
// nothing above 2.
func TestScriptStaleRead(t *testing.T) {
	const base = scriptBase
	p := healthy(3, 0)
	p.Alpha, p.Timeout = 7, 500*ms
	p.Lease = -1 // n0 is to hold nothing up
	c := newCluster(p)
	c.boot([]consensus.ID{"n0", "n1", "n2", "n4"}, base, []int{0, 2, 3},
		[]config{{from: base + 1, set: 0b0111}, {from: base + 6, set: 0b1111}, {from: base + 7, set: 0b1101}})
	c.run(20*ms, nil)
	n0, n1, n2, n4 := c.nodes[0], c.nodes[1], c.nodes[2], c.nodes[3]
	tells := kindsOf(consensus.Nominate, consensus.Learn, consensus.Value)
	for _, from := range []*node{n1, n2, n4} {
		c.park(tells, from, n0)
	}
	c.propose(n1, mutation{op: opSlot, arg: 0, node: -1, rev: clobber}, nil)
	c.propose(n2, mutation{op: opSlot, arg: 2, node: -1, rev: clobber}, nil)
	c.run(c.now+60*ms, func() bool { return n2.applied >= base+9 })
	assert.Equal(t, int64(base+2), n2.store.View().Rev())
	assert.Equal(t, int64(base+9), n2.applied)
	assert.Equal(t, int64(base), n0.applied)
	for _, x := range []*node{n0, n1, n4} {
		c.cut(n2, x)
		c.cut(x, n2)
	}
	write := c.propose(n2, mutation{op: opSet, rev: clobber}, nil)
	assert.Equal(t, int64(base+10), write.seqn)

	read := c.read(n0, nil)
	c.run(c.now+5*ms, nil) // the answers are in
	assert.Equal(t, int64(base), n0.applied)
	for _, from := range []*node{n1, n4} {
		c.release(from.index, n0.index)
	}
	c.run(c.now+2*p.Timeout, nil)
	assert.Equal(t, nil, c.err) // a stale read is one
	assert.Equal(t, consensus.NoQuorum, read.status)
	assert.T(t, n0.applied >= base+2)

	for _, x := range []*node{n0, n1, n4} {
		c.net.paths[n2.index][x.index].cut, c.net.paths[x.index][n2.index].cut = 0, 0
	}
	again := c.read(n0, nil)
	c.run(c.now+2*p.Timeout, nil)
	assert.Equal(t, nil, c.err)
	assert.Equal(t, consensus.OK, again.status)
	assert.Equal(t, write.mut.id, again.got[0].val)
}
