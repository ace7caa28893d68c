package sim

import "github.com/ha/doozer/consensus"

// forge has a node say to another what only a member may say, about a seqn of
// which it is none: nothing may come of it. It arrives at once, while the
// receiver's configs are those that the checker knows.
func (c *Cluster) forge(from, to *node) {
	if from == to || to.asleep > 0 || c.now < to.busy || c.net.paths[from.index][to.index].conn == 0 {
		return
	}
	s := to.applied + 1 + c.rand.Int64N(min(c.p.Alpha, 8))
	if c.check.config(s).set>>from.index&1 != 0 {
		return
	}
	msg := consensus.Message{
		Kind: pick(c.rand, consensus.Invite, consensus.Nominate, consensus.Rsvp,
			consensus.Vote, consensus.Reject, consensus.Learn, consensus.Skip),
		Lo: s, Hi: s + 1,
		Round: 1 + c.rand.Int64N(4),
	}
	switch msg.Kind {
	case consensus.Nominate:
		msg.Value = forged()
	case consensus.Rsvp, consensus.Reject:
		msg.VRound = c.rand.Int64N(msg.Round)
	}
	c.slip(from, to, msg)
}

// slip hands a forged message over at once.
func (c *Cluster) slip(from, to *node, msg consensus.Message) {
	p := c.packet(from.index, to.index)
	p.msgs = append(p.msgs, msg)
	c.tracef("%s forges", from.id)
	c.input(to, input{kind: inPacket, pkt: p})
}

// provoke has somebody who is no member answer what n asked the members, ahead
// of them.
func (c *Cluster) provoke(n *node, sent []consensus.Message) {
	ask := sent[c.rand.IntN(len(sent))]
	answer := consensus.Message{Kind: consensus.Vote, Lo: ask.Lo, Hi: ask.Lo + 1, Round: ask.Round}
	switch ask.Kind {
	case consensus.Nominate:
	case consensus.Invite:
		answer.Kind = consensus.Rsvp
	default:
		return
	}
	cfg := c.check.config(ask.Lo)
	c.after(0, func() {
		from, _ := c.pair()
		if n.asleep > 0 || n.dead || from == nil || cfg.set>>from.index&1 != 0 ||
			c.net.paths[from.index][n.index].conn == 0 {
			return
		}
		c.slip(from, n, answer)
	})
}

// letIn links somebody to all nodes who never becomes one of them.
func (c *Cluster) letIn() {
	x := &node{id: "stranger", index: len(c.nodes), stranger: true}
	c.nodes = append(c.nodes, x)
	for i := range c.nodes[:x.index] {
		c.connect(x.index, i)
	}
	c.rave(x)
}

// rave says anything at all to a node, again and again.
func (c *Cluster) rave(x *node) {
	if x.dead {
		return
	}
	c.after(span(c.rand, 0, 5*ms), func() { c.rave(x) })
	to, _ := c.pair()
	if to == nil || c.net.paths[to.index][x.index].conn == 0 {
		return
	}
	var msgs []consensus.Message
	for range 1 + c.rand.IntN(4) {
		msgs = append(msgs, c.nonsense(to))
	}
	c.carry(x.index, to.index, msgs)
}

// nonsense is a message of any kind but one: what is passed on may be proposed,
// whoever asks for it.
func (c *Cluster) nonsense(to *node) consensus.Message {
	r := c.rand
	number := func() int64 {
		return pick(r, to.applied+r.Int64N(2*c.p.Alpha)-c.p.Alpha, to.applied+1, r.Int64N(8), -1, 1<<40, 1<<62)
	}
	msg := consensus.Message{
		Kind: consensus.Kind(r.IntN(int(consensus.Grant) + 2)),
		Lo:   number(), Hi: number(), Num: number(), Flag: chance(r, 0.5),
		Round: pick(r, r.Int64N(5), number()), VRound: pick(r, r.Int64N(5), number()),
		IDs: []consensus.ID{to.id, c.nodes[r.IntN(len(c.nodes))].id},
	}
	if msg.Kind == consensus.Pass {
		msg.Kind = consensus.Beat
	}
	if chance(r, 0.5) {
		msg.Hi = msg.Lo + 1 + r.Int64N(3)
	}
	if chance(r, 0.5) {
		msg.Value = forged()
	}
	return msg
}
