package sim

import "github.com/ha/doozer/consensus"

// op is one proposal or read of a client.
type op struct {
	key   uint64 // its place in Cluster.ops
	node  *node
	read  bool
	mut   mutation
	bytes []byte // of the mutation
	class uint8  // the register that it concerns, or noKey
	floor int64  // what had been shown when it began

	start, end int64 // stamps; end 0: no answer yet
	begun      bool  // its machine has it
	status     consensus.Status
	seqn       int64
	code       int32
	got        [maxKeys]register
	then       func(*op) // called with the answer
}

const noKey = 255

// propose hands a mutation to a node; then, where given, hears the outcome.
func (c *Cluster) propose(n *node, mut mutation, then func(*op)) *op {
	o := c.newOp(n, then)
	mut.id = uint32(o.key) + 1
	o.mut, o.bytes, o.class = mut, c.encode(mut), noKey
	if !mut.ofCtl() {
		o.class = mut.arg
	}
	c.tracef("%s <- client %d: %v", n.id, o.key, o.mut)
	c.input(n, input{kind: inOp, op: o})
	return o
}

// read asks a node for all registers. Under a lease a driver may answer it at once,
// also while the node's loop is busy with something else.
func (c *Cluster) read(n *node, then func(*op)) *op {
	o := c.newOp(n, then)
	o.read = true
	c.tracef("%s <- client %d: read, floor %d", n.id, o.key, o.floor)
	if n.asleep == 0 && n.clock(c.now) < n.until && chance(c.rand, c.p.PDirect) {
		c.tally.Leased++
		c.done(n, consensus.Done{Key: o.key, Read: true, Status: consensus.OK, Seqn: n.applied})
		return o
	}
	c.input(n, input{kind: inOp, op: o})
	return o
}

func (c *Cluster) newOp(n *node, then func(*op)) *op {
	o := &op{key: uint64(len(c.ops)), node: n, floor: c.shown, start: c.beat(), then: then}
	c.ops = append(c.ops, o)
	c.open++
	return o
}

func (c *Cluster) beat() int64 { c.beats++; return c.beats }

// begin steps an operation into its node's machine.
func (c *Cluster) begin(n *node, now int64, o *op) {
	o.begun = true
	if o.read {
		n.m.Read(now, o.key)
	} else {
		n.m.Propose(now, o.key, o.bytes)
	}
}

// done takes an answer of a node's machine.
func (c *Cluster) done(n *node, d consensus.Done) {
	if d.Key >= uint64(len(c.ops)) || c.ops[d.Key].node != n || c.ops[d.Key].read != d.Read {
		c.fail("%s: an answer to no question: %+v", n.id, d)
		return
	}
	o := c.ops[d.Key]
	if o.end != 0 {
		c.fail("%s: a second answer to operation %d: %+v", n.id, o.key, d)
		return
	}
	o.end, o.status, o.seqn, o.code = c.beat(), d.Status, d.Seqn, d.Code
	c.open--
	c.mix(d.Key<<8 | uint64(d.Status))
	c.tracef("%s -> client %d: %s", n.id, o.key, describe(o))
	c.check.answered(n, o)
	c.call(o)
}

// call tells whoever wanted to hear of o's end, once the node that answers
// has left its loop.
func (c *Cluster) call(o *op) {
	if o.then != nil {
		c.after(0, func() { o.then(o) })
	}
}

// lose ends the operations of a node that died: nobody knows their outcome.
func (c *Cluster) lose(n *node) {
	for _, o := range c.ops {
		if o.node == n && o.end == 0 {
			o.end, o.status = c.beat(), lost
			c.open--
			c.call(o)
		}
	}
}

// lost is the status of an operation whose node died.
const lost consensus.Status = 255

// learn takes what an answer shows its client.
func (c *Cluster) learn(o *op) {
	switch {
	case o.status != consensus.OK:
	case o.read:
		c.tally.Reads++
		o.got = o.node.keys()
		c.known = o.got
		if chance(c.rand, 0.05) {
			c.check.past(o.node, span(c.rand, o.node.store.FirstKept(), o.node.applied))
		}
	case o.class != noKey && o.code == codeOK:
		c.tally.Writes++
		c.known[o.class] = o.leaves(o.seqn)
	}
}

// leaves is the register as a write leaves it that succeeded at seqn.
func (o *op) leaves(seqn int64) register {
	if o.mut.dels() {
		return register{}
	}
	return register{o.mut.id, seqn}
}

// workload begins operations at random until all are spent.
func (c *Cluster) workload() {
	if !c.faulty || len(c.ops) >= c.p.Ops {
		return
	}
	c.after(span(c.rand, 0, 2*c.p.OpEvery), c.workload)
	n := c.anyNode()
	if n == nil {
		return
	}
	for range 1 + c.rand.IntN(c.p.Burst) {
		if chance(c.rand, c.p.PRead) {
			c.read(n, nil)
		} else {
			c.write(n)
		}
	}
}

// write sets or deletes a register, blindly or on a condition that a client has reason
// to believe in, and may send a reader after the answer.
func (c *Cluster) write(n *node) {
	mut := mutation{op: opSet, arg: uint8(c.rand.IntN(c.p.Keys)), rev: clobber}
	if chance(c.rand, c.p.PDel) {
		mut.op = opDel
	}
	if chance(c.rand, c.p.PCAS) {
		mut.rev = c.known[mut.arg].rev
	}
	if c.p.Pad > 0 {
		mut.pad = c.rand.IntN(c.p.Pad)
	}
	c.propose(n, mut, c.chase)
}

// chase follows an acknowledged write with a read at another node at once.
func (c *Cluster) chase(o *op) {
	if !c.faulty || o.status != consensus.OK || !chance(c.rand, c.p.PChase) {
		return
	}
	if n := c.anyNode(); n != nil {
		c.read(n, nil)
	}
}

// anyNode picks a node that runs, sometimes one that a fault holds back.
func (c *Cluster) anyNode() *node {
	var live, back []*node
	for _, n := range c.nodes {
		if n.dead || n.m == nil {
			continue
		}
		live = append(live, n)
		if n.heldBy > 0 || n.asleep > 0 {
			back = append(back, n)
		}
	}
	if len(back) > 0 && chance(c.rand, c.p.PHeldBack) {
		live = back
	}
	if len(live) == 0 {
		return nil
	}
	return live[c.rand.IntN(len(live))]
}
