package sim

import (
	"fmt"
	"math/bits"
	"testing"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/consensus"
)

// The scripts of this file change who is in the cluster, one thing at a time,
// while it is written.

// small is a cluster in which changes of membership are soon in force.
func small(members, extra int) *Cluster {
	p := healthy(members, extra)
	p.Alpha = 64
	return newScript(p)
}

// await runs until cond, for a virtual second at most.
func (c *Cluster) await(t *testing.T, what string, cond func() bool) {
	t.Helper()
	c.run(c.now+1000*ms, cond)
	assert.Equal(t, nil, c.err)
	if !cond() {
		t.Fatalf("%s: not within a second", what)
	}
}

// unseat takes a member's slot away.
func (c *Cluster) unseat(by, n *node) {
	slot, rev := by.slotOf(c, n.index)
	c.propose(by, mutation{op: opSlot, arg: uint8(slot), node: -1, rev: rev}, nil)
}

// members are those of the config at the log's end.
func (c *Cluster) members() uint64 { return c.check.config(c.check.end() + 1).set }

// TestScriptGrow goes from three members to five and back to three, none of
// which was there before; the first three are killed. Writes go on all the time.
func TestScriptGrow(t *testing.T) {
	c := small(3, 0)
	acked := c.load(2, 0)
	for range 2 {
		c.spawn(true)
	}
	c.await(t, "five members", func() bool { return bits.OnesCount64(c.members()) == 5 })
	for old := range 3 {
		c.unseat(c.nodes[3], c.nodes[old])
		c.await(t, "one fewer", func() bool { return c.members()>>old&1 == 0 })
		if old == 1 {
			c.spawn(true)
			c.await(t, "a sixth node", func() bool { return c.members()>>5&1 == 1 })
		}
	}
	assert.Equal(t, uint64(0b111000), c.members())
	before := *acked
	c.run(c.now+100*ms, nil)
	assert.T(t, *acked > before) // n0 passes on what it is asked for
	for old := range 3 {
		c.kill(c.nodes[old], true)
	}
	acked = c.load(2, 3, 4, 5)
	c.run(c.now+200*ms, nil)
	t.Logf("%d writes in 0.2 s by the new members", *acked)
	assert.Equal(t, nil, c.err)
	assert.T(t, *acked > 1000)
}

// TestScriptRemovedAsleep has a member be removed, and forgotten, while it
// sleeps; when it wakes it finds that out, registers, and takes a slot again,
// under its old id. It was either behind for a little, or for more than anybody
// keeps.
func TestScriptRemovedAsleep(t *testing.T) {
	for _, kept := range []int64{0, 64} {
		p := healthy(3, 0)
		p.Alpha, p.LogSeqns = 64, kept
		c := newScript(p)
		c.load(1, 0, 1)
		sleeper := c.nodes[2]
		wake := c.pause(sleeper)
		c.run(c.now+3*p.Fill, nil)
		c.unseat(c.nodes[0], sleeper)
		c.propose(c.nodes[0], mutation{op: opGone, arg: 2, node: -1, rev: clobber}, nil)
		c.await(t, "its removal", func() bool { return c.members() == 0b011 })
		c.run(c.now+3*p.Fill, nil)
		wake()
		c.await(t, "that it is told", func() bool { return sleeper.store.addrs>>2&1 == 0 })
		assert.Equal(t, kept > 0, c.tally.Snapshots > 0)
		c.register(sleeper, true, 5)
		c.await(t, "its return", func() bool { return c.members() == 0b111 })
		read := c.read(sleeper, nil)
		c.await(t, "a read", func() bool { return read.end != 0 })
		assert.Equal(t, consensus.OK, read.status)
	}
}

// TestScriptLagging holds back all that would tell a follower what was learned,
// until nobody keeps it any more: it has to take a snapshot, while writes go on.
func TestScriptLagging(t *testing.T) {
	for _, transfer := range []int64{ms, 100 * ms} {
		p := healthy(3, 1)
		p.Alpha, p.LogSeqns, p.Transfer, p.Changes, p.Pad = 64, 200, transfer, 10, 100
		c := newScript(p)
		c.load(2, 0, 1)
		f := c.nodes[3]
		var undos []func()
		for _, x := range c.nodes[:3] {
			undos = append(undos, c.park(kindsOf(consensus.Value, consensus.Behind), x, f))
		}
		behind := f.applied
		c.run(c.now+100*ms, nil)
		assert.T(t, c.nodes[0].applied > behind+p.LogSeqns)
		for _, undo := range undos {
			undo()
		}
		c.await(t, fmt.Sprintf("a snapshot that takes up to %s", stamp(transfer)), func() bool { return c.tally.Snapshots > 0 })
		write := c.propose(f, mutation{op: opSet, rev: clobber}, nil)
		c.await(t, "a write", func() bool { return write.end != 0 })
		assert.Equal(t, consensus.OK, write.status)
	}
}

// TestScriptLoneSurvivor cuts all members but one off, from each other too: reads
// and writes are answered in time, that there is no quorum; then all goes on.
func TestScriptLoneSurvivor(t *testing.T) {
	p := healthy(3, 0)
	p.Timeout = 500 * ms
	c := newScript(p)
	undos := append(c.isolate(c.nodes[1], true, true), c.isolate(c.nodes[2], true, true)...)
	c.run(c.now+2*p.Fill, nil)
	begun := c.now
	write := c.propose(c.nodes[0], mutation{op: opSet, rev: clobber}, nil)
	read := c.read(c.nodes[0], nil)
	c.await(t, "answers", func() bool { return read.end != 0 && write.end != 0 })
	assert.T(t, c.now-begun <= p.Timeout+2*p.TickHi)
	assert.Equal(t, consensus.NoQuorum, read.status)
	assert.Equal(t, consensus.Unknown, write.status)
	for _, undo := range undos {
		undo()
	}
	begun = c.now
	for _, n := range c.nodes {
		write := c.propose(n, mutation{op: opSet, rev: clobber}, nil)
		c.await(t, "a write after it", func() bool { return write.end != 0 })
		assert.Equal(t, consensus.OK, write.status)
	}
	t.Logf("all members write again after %s", stamp(c.now-begun))
	assert.T(t, c.now-begun < 4*p.Fill)
}
