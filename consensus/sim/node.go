package sim

import (
	"time"

	"github.com/ha/doozer/consensus"
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

// snapshot is what one node gives another that lacks history.
type snapshot struct {
	state consensus.State
	store registers
}

// node is a process: a machine, its driver and its store.
type node struct {
	id    consensus.ID
	index int
	m     *consensus.Machine
	out   consensus.Output
	store registers

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

	rate    float64 // of its clock
	offset  int64
	codes   []int32
	changes []consensus.Membership
}

// clock is the node's own monotonic time.
func (n *node) clock(now int64) int64 { return n.offset + int64(float64(now)*n.rate) }

// start brings a node to life with the state that it begins with.
func (c *Cluster) start(n *node, snap *snapshot) {
	n.rate = 1 + (2*c.rand.Float64()-1)*c.p.Skew
	n.offset = span(c.rand, 0, int64(time.Hour))
	n.store, n.applied, n.settled = snap.store, snap.state.Applied, snap.state.Applied
	m, err := consensus.New(consensus.Config{
		Self: n.id, Alpha: c.p.Alpha, Seed: c.rand.Uint64(),
		Fill: time.Duration(c.p.Fill), Timeout: time.Duration(c.p.Timeout),
		LogBytes: c.p.LogBytes, Lease: time.Duration(c.p.Lease), MaxInflight: c.p.MaxInflight,
	}, snap.state)
	if err != nil {
		c.fail("%s: New: %v", n.id, err)
		return
	}
	n.m = m
	c.events.push(event{at: c.now + span(c.rand, 0, c.p.TickHi), kind: evTick, node: n.index})
}

// tick fires the node's ticker; one tick at most waits for its loop.
func (c *Cluster) tick(n *node) {
	if n.dead {
		return
	}
	c.events.push(event{at: c.now + span(c.rand, c.p.TickLo, c.p.TickHi), kind: evTick, node: n.index})
	if !n.ticked {
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
	if c.faulty && chance(c.rand, c.p.Busy) {
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

// apply applies a batch to the node's store. The checker sees every seqn.
func (c *Cluster) apply(n *node, entries []consensus.Entry, to int64) {
	n.codes, n.changes = n.codes[:0], n.changes[:0]
	for _, e := range entries {
		if e.Seqn <= n.applied || e.Seqn > to {
			c.fail("%s: entry %d of %d..%d is out of order", n.id, e.Seqn, n.applied+1, to)
			return
		}
		c.check.applied(n, n.applied+1, e.Seqn, nil)
		c.check.applied(n, e.Seqn, e.Seqn+1, e.Value)
		n.applied = e.Seqn
		mut, _ := decode(e.Value)
		voters := n.store.voters()
		code := n.store.apply(mut, e.Seqn)
		n.codes = append(n.codes, code)
		if after := n.store.voters(); after != voters {
			n.changes = append(n.changes, consensus.Membership{From: e.Seqn, Members: c.ids(after)})
		}
		if c.trace != nil {
			c.tracef("%s applies %d: %v code %d", n.id, e.Seqn, mut, code)
		}
	}
	c.check.applied(n, n.applied+1, to+1, nil)
	if c.trace != nil && to > n.applied {
		c.tracef("%s applies nops to %d", n.id, to)
	}
	n.applied = max(n.applied, to)
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

// fetch gets a snapshot from the node of that id, if it lives.
func (c *Cluster) fetch(n *node, from consensus.ID) {
	i, ok := c.index(from)
	if !ok {
		c.fail("%s: asks for a snapshot of %q", n.id, from)
		return
	}
	n.loading = true
	c.tracef("%s fetches a snapshot of %s", n.id, from)
	c.transfer(i, n.index, func(s *snapshot) {
		n.loading = false
		if s != nil {
			c.input(n, input{kind: inSnapshot, snap: s})
		}
	})
}

// transfer copies node from's state to node to; it gives nil when that failed.
func (c *Cluster) transfer(from, to int, done func(*snapshot)) {
	src := c.nodes[from]
	lost := func() bool {
		return src.dead || c.net.paths[from][to].cut > 0 || c.net.paths[to][from].cut > 0
	}
	c.after(span(c.rand, c.p.DelayLo, 3*c.p.DelayHi), func() {
		if lost() || src.asleep > 0 || src.m == nil {
			c.after(20*ms, func() { done(nil) })
			return
		}
		snap := &snapshot{consensus.State{Applied: src.applied, Configs: src.m.Configs()}, src.store}
		c.after(span(c.rand, c.p.DelayLo, 10*ms), func() {
			if lost() {
				snap = nil
			}
			done(snap)
		})
	})
}

// install replaces a running node's state by a snapshot, unless it got there
// without.
func (c *Cluster) install(n *node, now int64, snap *snapshot) {
	if snap.state.Applied <= n.applied {
		return
	}
	c.tracef("%s restores a snapshot at %d", n.id, snap.state.Applied)
	n.store, n.applied = snap.store, snap.state.Applied
	c.check.restored(n)
	if err := n.m.Restore(now, snap.state); err != nil {
		c.fail("%s: %v", n.id, err)
	}
	c.vouch(n)
}
