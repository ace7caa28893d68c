package sim

import (
	"slices"

	"github.com/ha/doozer/consensus"
)

// packet is what travels between two nodes: messages, in order.
type packet struct {
	from, to int
	conn     int // the connection that it was sent on
	msgs     []consensus.Message
}

// path is the state of the network from one node to another.
type path struct {
	cut  int // so many faults swallow all packets
	held kinds
	// The connection with the sender as the receiver's driver has it; none: 0.
	conn int
	last int // the highest that it ever had
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
	conns  int       // connections ever made
	frames int       // turns in which a node said something to another
	sent   int       // messages said in them
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
	p.from, p.to, p.conn = from, to, c.net.paths[to][from].conn
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
	c.net.frames++
	c.net.sent += len(msgs)
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
	d := span(c.rand, c.p.DelayLo, c.p.DelayHi) * max(1, c.nodes[p.from].slow, c.nodes[p.to].slow)
	if c.faulty && chance(c.rand, c.p.Far) {
		d += span(c.rand, 0, c.p.FarMax)
	}
	c.events.push(event{at: c.now + d, kind: evPacket, node: p.to, pkt: p})
}

// arrive hands a packet to its node, unless a cut swallows it: a cut swallows
// what is on its way, too. What was sent on a connection that has ended never
// arrives; what comes before its connection was noticed makes it noticed.
func (c *Cluster) arrive(p *packet) {
	path, n := &c.net.paths[p.from][p.to], c.nodes[p.to]
	if path.cut == 0 {
		c.linkUp(p.from, p.to, p.conn)
	}
	if n.dead || path.cut > 0 || path.conn != p.conn || p.conn == 0 {
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

// linkUp tells the driver of node to that it has that connection with from, in
// place of an older one.
func (c *Cluster) linkUp(from, to, conn int) {
	path := &c.net.paths[from][to]
	if c.nodes[to].dead || c.nodes[from].dead || conn <= path.last {
		return
	}
	c.linkDown(from, to)
	path.conn, path.last = conn, conn
	c.input(c.nodes[to], input{kind: inLinkUp, id: c.nodes[from].id})
}

// linkDown tells the driver of node to that its connection with from ended. It
// does not step what came by it and still waits.
func (c *Cluster) linkDown(from, to int) {
	path, n := &c.net.paths[from][to], c.nodes[to]
	if n.dead || path.conn == 0 {
		return
	}
	path.conn = 0
	for i := range n.inbox {
		if in := &n.inbox[i]; in.kind == inPacket && in.pkt.from == from {
			in.kind = inNothing
		}
	}
	c.input(n, input{kind: inLinkDown, id: c.nodes[from].id})
}

// disconnect ends the connection of two nodes. Each end hears of it after a
// time of its own, up to lag, and dials anew some time after that.
func (c *Cluster) disconnect(a, b int, lag int64) {
	for _, end := range [2][2]int{{a, b}, {b, a}} {
		conn := c.net.paths[end[0]][end[1]].conn
		c.after(span(c.rand, 0, lag), func() {
			if c.net.paths[end[0]][end[1]].conn == conn {
				c.linkDown(end[0], end[1])
				c.after(span(c.rand, ms, 20*ms), func() { c.connect(a, b) })
			}
		})
	}
}

// connect makes a connection of two nodes that lack one, as soon as no cut
// hinders it.
func (c *Cluster) connect(a, b int) {
	ab, ba := &c.net.paths[a][b], &c.net.paths[b][a]
	if ab.cut > 0 || ba.cut > 0 || c.nodes[a].dead || c.nodes[b].dead || ab.conn != 0 && ab.conn == ba.conn {
		return
	}
	c.net.conns++
	conn := c.net.conns
	c.after(span(c.rand, 0, c.p.DelayHi), func() { c.linkUp(a, b, conn) })
	c.after(span(c.rand, 0, c.p.DelayHi), func() { c.linkUp(b, a, conn) })
}
