package sim

import (
	"slices"

	"github.com/ha/doozer/consensus"
)

// packet is what travels between two nodes: messages, in order.
type packet struct {
	from, to int
	epoch    int // of the link when it was sent
	msgs     []consensus.Message
}

// path is the state of the network from one node to another.
type path struct {
	cut  int // so many faults swallow all packets
	held kinds
	// The driver of the receiving end: it takes the sender for connected.
	linked bool
	epoch  int
}

// kinds is a set of message kinds.
type kinds uint32

func (k kinds) has(kind consensus.Kind) bool { return k>>kind&1 != 0 }

func kindsOf(list ...consensus.Kind) kinds {
	var k kinds
	for _, kind := range list {
		k |= 1 << kind
	}
	return k
}

const allKinds = ^kinds(0)

// network carries packets. Its state is a matrix: paths[from][to].
type network struct {
	paths  [maxNodes][maxNodes]path
	parked []*packet // of held kinds, until they are released
	free   []*packet
}

func (c *Cluster) packet(from, to int) *packet {
	var p *packet
	if n := len(c.net.free); n > 0 {
		p, c.net.free = c.net.free[n-1], c.net.free[:n-1]
	} else {
		p = &packet{}
	}
	p.from, p.to, p.epoch = from, to, c.net.paths[from][to].epoch
	return p
}

func (c *Cluster) recycle(p *packet) {
	clear(p.msgs)
	p.msgs = p.msgs[:0]
	c.net.free = append(c.net.free, p)
}

// carry sends messages on their way, each packet or each message of its own
// to its own fate. The messages' slices stay the sender's.
func (c *Cluster) carry(from, to int, msgs []consensus.Message) {
	path := &c.net.paths[from][to]
	if path.held == 0 && !chance(c.rand, c.p.Split) {
		p := c.packet(from, to)
		for i := range msgs {
			p.add(&msgs[i])
		}
		c.dispatch(p)
		return
	}
	for i := range msgs {
		p := c.packet(from, to)
		p.add(&msgs[i])
		if path.held.has(msgs[i].Kind) {
			c.net.parked = append(c.net.parked, p)
			continue
		}
		c.dispatch(p)
	}
}

// add copies msg, for its IDs belong to the sender until its next Take.
func (p *packet) add(msg *consensus.Message) {
	p.msgs = append(p.msgs, *msg)
	if msg.IDs != nil {
		p.msgs[len(p.msgs)-1].IDs = slices.Clone(msg.IDs)
	}
}

// dispatch loses a packet, delays it, doubles it.
func (c *Cluster) dispatch(p *packet) {
	if c.faulty && chance(c.rand, c.p.Double) {
		twin := c.packet(p.from, p.to)
		for i := range p.msgs {
			twin.add(&p.msgs[i])
		}
		c.hop(twin)
	}
	if c.net.paths[p.from][p.to].cut > 0 || c.faulty && chance(c.rand, c.p.Loss) {
		c.tracePacket("lost", p)
		c.recycle(p)
		return
	}
	c.hop(p)
}

func (c *Cluster) hop(p *packet) {
	d := span(c.rand, c.p.DelayLo, c.p.DelayHi)
	if c.faulty && chance(c.rand, c.p.Far) {
		d += span(c.rand, 0, c.p.FarMax)
	}
	c.events.push(event{at: c.now + d, kind: evPacket, node: p.to, pkt: p})
}

// arrive hands a packet to its node, unless a cut swallows it: a cut swallows
// what is on its way, too.
func (c *Cluster) arrive(p *packet) {
	path, n := &c.net.paths[p.from][p.to], c.nodes[p.to]
	old := p.epoch != path.epoch && !c.p.Stale
	if n.dead || !path.linked || path.cut > 0 || old {
		c.tracePacket("lost", p)
		c.recycle(p)
		return
	}
	c.input(n, input{kind: inPacket, pkt: p})
}

// release lets go what was withheld from a path, in any order.
func (c *Cluster) release(from, to int) {
	c.net.paths[from][to].held = 0
	rest := c.net.parked[:0]
	for _, p := range c.net.parked {
		if p.from == from && p.to == to {
			c.hop(p)
		} else {
			rest = append(rest, p)
		}
	}
	clear(c.net.parked[len(rest):])
	c.net.parked = rest
}

// link tells the driver of node to that its connection with from came to be,
// or ended.
func (c *Cluster) link(from, to int, up bool) {
	n := c.nodes[to]
	if path := &c.net.paths[from][to]; n.dead || path.linked == up {
		return
	} else if path.linked = up; up {
		path.epoch++
	}
	kind := inLinkDown
	if up {
		kind = inLinkUp
	}
	c.input(n, input{kind: kind, id: c.nodes[from].id})
}

// connect brings up, or ends, the connection between two nodes; each end
// hears of it after a time of its own, up to lag.
func (c *Cluster) connect(a, b int, up bool, lag int64) {
	for _, end := range [2][2]int{{a, b}, {b, a}} {
		c.after(span(c.rand, 0, lag), func() {
			if up && (c.nodes[end[0]].dead || c.net.paths[end[0]][end[1]].cut > 0) {
				return
			}
			c.link(end[0], end[1], up)
		})
	}
}
