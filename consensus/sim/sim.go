package sim

import (
	"io"
	"math/rand/v2"
	"runtime/debug"
	"slices"

	"github.com/ha/doozer/consensus"
)

// Result tells how a schedule went.
type Result struct {
	Seed  uint64
	Steps int    // inputs that machines took
	Hash  uint64 // of all that happened: equal for equal runs
	Live  bool   // it ended with the check that the cluster goes on
	Err   error  // what was wrong
	Dump  string // the nodes' state then
}

// Run runs the schedule of a seed. With trace it writes down what happens, a
// line each.
func Run(seed uint64, trace io.Writer) (res Result) {
	return Draw(seed).Run(trace)
}

// Run runs a schedule with these parameters.
func (p Params) Run(trace io.Writer) (res Result) {
	c := newCluster(p)
	c.trace = trace
	defer func() {
		if r := recover(); r != nil {
			c.fail("panic: %v\n%s", r, debug.Stack())
		}
		res.Seed, res.Steps, res.Hash, res.Err = p.Seed, c.steps, c.hash, c.err
		if c.err != nil {
			res.Dump = c.dump()
		}
	}()
	c.bootRandom()
	c.faulty = true
	if p.Stranger {
		c.letIn()
	}
	c.workload()
	c.faults()
	c.run(p.FaultTime, nil)
	c.heal()
	res.Live = c.settle()
	if res.Live && p.Quiet {
		c.quiet()
	}
	c.consistent()
	if c.err == nil {
		c.linearizable()
	}
	return res
}

// bootRandom boots the nodes of a schedule, with a history of configs within
// the first alpha seqns where the parameters ask for one.
func (c *Cluster) bootRandom() {
	p := &c.p
	base := pick(c.rand, 0, p.Alpha, 1000+c.rand.Int64N(1000))
	count := p.Members + p.Extra
	if p.History > 0 {
		count = max(count, 4)
	}
	var ids []consensus.ID
	for i := range count {
		ids = append(ids, c.newID(i))
	}
	c.nodes = nil
	store := newRegisters()
	perm := c.rand.Perm(count)
	for slot, i := range perm[:p.Members] {
		store.slots[slot].node = int8(i)
	}
	store.addrs = 1<<count - 1
	c.boot(ids, base, store, p.drawConfigs(c.rand, base, count, store.voters()))
}

// drawConfigs draws configs for the first alpha seqns after base, which end
// with last.
func (p *Params) drawConfigs(r *rand.Rand, base int64, count int, last uint64) []config {
	var out []config
	var froms []int64
	for range p.History {
		froms = append(froms, base+2+r.Int64N(p.Alpha-1))
	}
	slices.Sort(froms)
	froms = append([]int64{base + 1}, slices.Compact(froms)...)
	for i, from := range froms {
		set := last
		if i+1 < len(froms) {
			set = p.drawMembers(r, count)
		}
		if i == 0 || set != out[len(out)-1].set {
			out = append(out, config{from: from, set: set})
		}
	}
	return out
}

// drawMembers draws a config of nodes, no more than alpha allows for.
func (p *Params) drawMembers(r *rand.Rand, count int) (set uint64) {
	most := min(count, int(p.Alpha-1)/2, 5)
	for _, i := range r.Perm(count)[:1+r.IntN(most)] {
		set |= 1 << i
	}
	return set
}

// settle checks that, without faults, the cluster goes on: what waits ends,
// every live node can write and read, and all apply the same. It reports
// whether that could be asked for and was so.
func (c *Cluster) settle() bool {
	p := &c.p
	c.run(c.now+4*p.Fill, nil)
	probes := 0
	for _, n := range c.alive() {
		probes += 2
		c.probe(n, false, &probes)
		c.probe(n, true, &probes)
	}
	bound := c.now + p.Timeout + 40*p.Fill + 200*p.DelayHi
	settled := func() bool { return probes == 0 && c.open == 0 && c.moves == 0 && c.converged() }
	c.run(bound/2+c.now/2, settled)
	if !settled() {
		c.reattach()
	}
	c.run(bound, settled)
	switch {
	case c.err != nil || settled():
		return c.err == nil
	case c.viable(0):
		c.fail("liveness: %s after all faults ended: %d probes unanswered, %d operations open, converged: %v",
			stamp(c.now-p.FaultTime), probes, c.open, c.converged())
	}
	return false
}

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
		if !n.dead && !n.stranger && (n.m == nil || n.store.rev != c.check.store.rev) {
			return false
		}
	}
	return true
}

// quiet checks that without load the log comes to a standstill, within a few
// backoffs, and that the nodes then say no more than the pulse needs.
func (c *Cluster) quiet() {
	span := 8*c.p.Fill + 2*c.p.DelayHi
	for try := range 6 {
		end, sent := c.check.end(), c.net.sent
		c.run(c.now+span, nil)
		if c.check.end() > end || try == 0 {
			continue
		}
		pairs := len(c.alive()) * (len(c.alive()) - 1)
		if said := c.net.sent - sent; said > pairs*int(span/c.p.Fill+1)*maxPulse {
			c.fail("storm: with no load %d messages in %s among %d pairs of nodes", said, stamp(span), pairs)
		}
		return
	}
	c.fail("liveness: with no load the log still grows after %s", stamp(6*span))
}

// maxPulse bounds the messages from one node to another in a fill: four
// heartbeats, and as much again for those who follow.
const maxPulse = 10

// consistent checks what the nodes hold in the end.
func (c *Cluster) consistent() {
	for _, n := range c.alive() {
		if n.store.rev == c.check.store.rev && n.store != c.check.store {
			c.fail("%s: its store differs from the log's", n.id)
		}
		if k := n.m.Info().Contradictions; k > 0 {
			c.fail("%s: was told %d values that differ from what it had learned", n.id, k)
		}
	}
}
