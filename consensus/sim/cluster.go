package sim

import (
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

// Cluster is a set of nodes in virtual time. It belongs to one goroutine.
type Cluster struct {
	p      Params
	rand   *rand.Rand
	all    store.Glob // all files
	now    int64
	events agenda
	net    network
	nodes  []*node
	faulty bool     // chance may lose, double and delay far
	undos  []func() // of the faults that last

	ops   []*op
	open  int               // operations that wait for their answer
	moves int               // membership changes under way
	shown int64             // the highest seqn with a mutation that any node applied: local reads and watches show it from then on
	beats int64             // grows with each beginning and end of an operation
	known [maxKeys]register // the latest that clients were shown of each key

	watchers []*watcher
	check    *checker

	tally Tally
	steps int    // inputs that machines took
	ticks int    // of these
	hash  uint64 // of all that happened
	err   error  // the first thing that went wrong
	trace io.Writer
}

// newCluster makes a cluster without nodes.
func newCluster(p Params) *Cluster {
	return &Cluster{p: p, rand: rand.New(rand.NewPCG(p.Seed, 2)), all: everything()}
}

// boot starts nodes at revision base, where seats are the nodes that hold the
// membership's slots, and configs what that revision says of the first alpha
// seqns after it.
func (c *Cluster) boot(ids []consensus.ID, base int64, seats []int, configs []config) {
	for _, id := range ids {
		c.nodes = append(c.nodes, &node{id: id, index: len(c.nodes)})
	}
	for i, cfg := range configs {
		configs[i] = c.config(cfg.from, cfg.set)
	}
	files := c.firstFiles(seats)
	c.check = newChecker(c, base, files, configs)
	c.shown = base
	for _, n := range c.nodes {
		state := consensus.State{Applied: base, Configs: c.check.memberships()}
		c.start(n, &snapshot{state, files[0].Rev, files})
	}
	for i := range c.nodes {
		for j := range c.nodes[:i] {
			c.connect(i, j)
		}
	}
}

// firstFiles are what a cluster begins with, all of one revision: everybody's
// address, and the slots, empty but for those that are taken.
func (c *Cluster) firstFiles(seats []int) (files []store.File) {
	rev := max(1, c.p.Base)
	for _, n := range c.nodes {
		files = append(files, store.File{Path: addrPath(n.id), Value: []byte("here"), Rev: rev})
	}
	for slot := range maxSlots {
		f := store.File{Path: slotPath(uint8(slot)), Rev: rev}
		if slot < len(seats) {
			f.Value = []byte(c.nodes[seats[slot]].id)
		}
		files = append(files, f)
	}
	return files
}

// index finds a node by its id.
func (c *Cluster) index(id consensus.ID) (int, bool) {
	for i, n := range c.nodes {
		if n.id == id {
			return i, true
		}
	}
	return 0, false
}

// after calls fn when d has passed.
func (c *Cluster) after(d int64, fn func()) {
	c.events.push(event{at: c.now + d, kind: evFunc, fn: fn})
}

// run goes on until virtual time t, or until something went wrong, or until
// stop, where given, says so.
func (c *Cluster) run(t int64, stop func() bool) {
	for c.err == nil && len(c.events.heap) > 0 && c.events.heap[0].at <= t {
		e := c.events.pop()
		c.now = e.at
		c.mix(uint64(e.at)<<8 | uint64(e.kind))
		switch e.kind {
		case evPacket:
			c.arrive(e.pkt)
		case evTick:
			c.tick(c.nodes[e.node])
		case evWake:
			c.drain(c.nodes[e.node])
		case evFunc:
			e.fn()
		}
		if c.p.MaxSteps > 0 && c.steps-c.ticks > c.p.MaxSteps {
			c.fail("storm: %d steps, where some thousands are usual", c.steps-c.ticks)
		}
		if stop != nil && stop() {
			return
		}
	}
	if c.err == nil {
		c.now = max(c.now, t)
	}
}

// fail notes the first thing that went wrong, which ends the schedule.
func (c *Cluster) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("at %s: %w", stamp(c.now), fmt.Errorf(format, args...))
		c.tracef("FAILURE %v", c.err)
	}
}

// mix folds what happened into the hash by which two runs are compared.
func (c *Cluster) mix(x uint64) { c.hash = (c.hash ^ x) * 0x100000001b3 }

// alive lists the nodes that run, by index.
func (c *Cluster) alive() []*node {
	var out []*node
	for _, n := range c.nodes {
		if !n.dead && n.m != nil {
			out = append(out, n)
		}
	}
	return out
}

// viable reports whether, but for the nodes without, the live nodes are a
// majority of every config from the highest applied seqn on: only then is it
// fair to ask that the cluster goes on. What only such nodes applied as are not
// registered counts for nothing, since nobody believes them: the others may
// have to agree on it anew, so the majorities are asked for from further down.
func (c *Cluster) viable(without uint64) bool {
	var live uint64
	var reach int64
	for _, n := range c.alive() {
		bit := uint64(1) << n.index
		if without&bit != 0 {
			continue
		}
		live |= bit
		if c.check.addrs&bit != 0 {
			reach = max(reach, n.applied)
		}
	}
	return c.check.majorities(live, reach+1)
}
