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
	Time  int64  // that passed in the cluster, in nanoseconds
	Hash  uint64 // of all that happened: equal for equal runs
	Live  bool   // it ended with the check that the cluster goes on
	Tally Tally
	Err   error  // what was wrong
	Dump  string // the nodes' state then
}

// Tally counts what a schedule had of what is of interest.
type Tally struct {
	Writes, Reads int // that succeeded
	Leased        int // of the reads, so many were answered under a lease
	Events        int // changes that watchers saw
	Snapshots     int // installed
	Unfinished    int // registers whose history porcupine did not get to the end of
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
		res.Seed, res.Steps, res.Time, res.Hash, res.Err, res.Tally = p.Seed, c.steps, c.now, c.hash, c.err, c.tally
		if c.err != nil {
			res.Dump = c.dump()
		}
	}()
	c.bootRandom()
	c.faulty = true
	if p.Stranger {
		c.letIn()
	}
	c.observe()
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
	base := p.Base + pick(c.rand, 1, p.Alpha, 1000+c.rand.Int64N(1000))
	count := p.Members + p.Extra
	if p.History > 0 {
		count = max(count, 4)
	}
	var ids []consensus.ID
	for i := range count {
		ids = append(ids, c.newID(i))
	}
	seats := c.rand.Perm(count)[:p.Members]
	last := uint64(0)
	for _, i := range seats {
		last |= 1 << i
	}
	c.boot(ids, base, seats, p.drawConfigs(c.rand, base, count, last))
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
