package sim

import (
	"time"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

// inputKind says what a node's driver steps into its machine.
type inputKind uint8

const (
	inPacket inputKind = iota
	inTick
	inOp
	inLinkUp
	inLinkDown
	inSnapshot
	inNothing // what was taken back
)

type input struct {
	kind inputKind
	pkt  *packet
	op   *op
	id   consensus.ID
	snap *snapshot
}

// node is a process: a machine, its driver and its store.
type node struct {
	id    consensus.ID
	index int
	m     *consensus.Machine
	out   consensus.Output
	store replica

	applied  int64
	settled  int64 // applied before the inputs that are being stepped
	dead     bool
	stranger bool  // no process of the cluster: see forge.go
	asleep   int   // so many faults hold its loop
	heldBy   int   // so many faults hold it back otherwise
	busy     int64 // its loop lets inputs gather until then
	waking   bool  // an event for that is under way
	ticked   bool  // a tick is among the inputs
	inbox    []input
	loading  bool // a snapshot is on its way

	slow    int64   // its packets take so many times as long; 0: no fault makes them
	lazy    int64   // after each turn its loop lets inputs gather for so long
	rate    float64 // of its clock
	offset  int64
	until   int64 // what its machine last told of ReadUntil
	codes   []int32
	changes []consensus.Membership
}

// clock is the node's own monotonic time.
func (n *node) clock(now int64) int64 { return n.offset + int64(float64(now)*n.rate) }

// start brings a node to life with the state that it begins with.
func (c *Cluster) start(n *node, snap *snapshot) {
	n.rate = c.p.drawRate(c.rand)
	n.offset = span(c.rand, 0, int64(time.Hour))
	c.restore(n, snap)
	n.settled = n.applied
	fill, lease := c.p.drawTimes(c.rand)
	m, err := consensus.New(consensus.Config{
		Self: n.id, Alpha: c.p.Alpha, Seed: c.rand.Uint64(),
		Fill: time.Duration(fill), Timeout: time.Duration(c.p.Timeout),
		LogBytes: c.p.LogBytes, LogSeqns: c.p.LogSeqns, Lease: time.Duration(lease), MaxInflight: c.p.MaxInflight,
	}, snap.state)
	if err != nil {
		c.fail("%s: New: %v", n.id, err)
		return
	}
	n.m = m
	c.events.push(event{at: c.now + span(c.rand, 0, c.p.TickHi), kind: evTick, node: n.index})
}

// tick fires the node's ticker, where the machine says that a tick is due; one at most waits for its loop.
func (c *Cluster) tick(n *node) {
	if n.dead {
		return
	}
	c.events.push(event{at: c.now + span(c.rand, c.p.TickLo, c.p.TickHi), kind: evTick, node: n.index})
	if !n.ticked && n.clock(c.now) >= n.m.Due()-2*ms {
		n.ticked = true
		c.input(n, input{kind: inTick})
	}
}

// input hands something to the node's loop: it is stepped at once unless the
// loop is busy or asleep.
func (c *Cluster) input(n *node, in input) {
	if n.stranger {
		return
	}
	n.inbox = append(n.inbox, in)
	switch {
	case n.asleep > 0:
	case c.now >= n.busy:
		c.drain(n)
	case !n.waking:
		n.waking = true
		c.events.push(event{at: n.busy, kind: evWake, node: n.index})
	}
}

// drain is one turn of the node's loop: step all input, apply, answer, send.
func (c *Cluster) drain(n *node) {
	n.waking = false
	if n.dead || n.asleep > 0 || n.m == nil || len(n.inbox) == 0 {
		return
	}
	now := n.clock(c.now)
	for i := range n.inbox {
		c.step(n, now, &n.inbox[i])
	}
	clear(n.inbox)
	n.inbox = n.inbox[:0]
	c.pump(n, now)
	switch {
	case n.lazy > 0:
		n.busy = c.now + span(c.rand, n.lazy/2, n.lazy)
	case c.faulty && chance(c.rand, c.p.Busy):
		n.busy = c.now + span(c.rand, 0, c.p.BusyMax)
	}
}

func (c *Cluster) step(n *node, now int64, in *input) {
	c.steps++
	switch in.kind {
	case inPacket:
		c.tracePacket("", in.pkt)
		n.m.Step(now, c.nodes[in.pkt.from].id, in.pkt.msgs)
		c.recycle(in.pkt)
	case inTick:
		n.ticked = false
		c.ticks++
		n.m.Tick(now)
	case inOp:
		c.begin(n, now, in.op)
	case inLinkUp:
		c.tracef("%s link up: %s", n.id, in.id)
		n.m.LinkUp(now, in.id)
		c.vouch(n)
	case inLinkDown:
		c.tracef("%s link down: %s", n.id, in.id)
		n.m.LinkDown(now, in.id)
	case inSnapshot:
		c.install(n, now, in.snap)
	}
}

// pump applies what the machine learned, then takes what it has to say.
func (c *Cluster) pump(n *node, now int64) {
	for c.err == nil {
		entries, to, ok := n.m.Entries()
		if !ok {
			break
		}
		c.apply(n, entries, to)
		n.m.Applied(now, n.codes, n.changes)
		c.vouch(n)
	}
	n.until = n.m.ReadUntil() // before anything leaves
	n.m.Take(&n.out)
	c.check.sent(n, n.out.Messages)
	for _, d := range n.out.Done {
		c.done(n, d)
	}
	for _, out := range n.out.Messages {
		if to, ok := c.index(out.To); ok && c.net.paths[to][n.index].conn != 0 {
			c.carry(n.index, to, out.Msgs)
			if c.faulty && chance(c.rand, c.p.Forge) {
				c.provoke(n, out.Msgs)
			}
		}
	}
	if n.out.Snapshot != "" && !n.loading {
		c.fetch(n, n.out.Snapshot)
	}
	n.settled = n.applied
}

// apply applies a batch to the node's store. The checker sees every seqn. What
// may change the members ends a piece of the batch, for the machine has to know
// where they change.
func (c *Cluster) apply(n *node, entries []consensus.Entry, to int64) {
	n.codes, n.changes = n.codes[:0], n.changes[:0]
	last := n.applied
	for _, e := range entries {
		if e.Seqn <= last || e.Seqn > to {
			c.fail("%s: entry %d of %d..%d is out of order", n.id, e.Seqn, last+1, to)
		}
		c.check.applied(n, last+1, e.Seqn, nil)
		c.check.applied(n, e.Seqn, e.Seqn+1, e.Value)
		if c.err != nil {
			return
		}
		last = e.Seqn
		n.store.entries = append(n.store.entries, store.Entry{Seqn: e.Seqn, Mutation: stored(e.Value)})
		mut := c.ops[idOf(e.Value)-1].mut
		if mut.ofCtl() {
			c.flush(n, e.Seqn)
			c.look(n, e.Seqn)
		}
		if c.trace != nil {
			c.tracef("%s applies %d: %v code %d", n.id, e.Seqn, mut, c.check.at(e.Seqn).code)
		}
	}
	c.check.applied(n, last+1, to+1, nil)
	if c.trace != nil && to > last {
		c.tracef("%s applies nops to %d", n.id, to)
	}
	c.flush(n, to)
}

// vouch tells the machine which of its links are to nodes whose address its
// store holds.
func (c *Cluster) vouch(n *node) {
	for i, x := range c.nodes {
		if c.net.paths[i][n.index].conn != 0 {
			n.m.Vouch(x.id, n.store.addrs>>i&1 != 0)
		}
	}
}
