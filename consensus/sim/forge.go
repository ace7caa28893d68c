package sim

import "github.com/ha/doozer/consensus"

// forge has a node say to another what only a member may say, about a seqn of
// which it is none: nothing may come of it. It arrives at once, while the
// receiver's configs are those that the checker knows.
func (c *Cluster) forge(from, to *node) {
	if from == to || to.asleep > 0 || c.now < to.busy || c.net.paths[from.index][to.index].conn == 0 {
		return
	}
	s := to.applied + 1 + c.rand.Int64N(c.p.Alpha)
	if c.check.config(s).set>>from.index&1 != 0 {
		return
	}
	msg := consensus.Message{
		Kind: pick(c.rand, consensus.Invite, consensus.Rsvp, consensus.Nominate, consensus.Vote,
			consensus.Vote, consensus.Reject, consensus.Learn, consensus.Skip),
		Lo: s, Hi: s + 1,
		Round: 1 + c.rand.Int64N(4),
	}
	switch msg.Kind {
	case consensus.Nominate:
		msg.Value = mutation{id: 1 << 31, op: opSet, node: -1, rev: clobber}.encode()
	case consensus.Rsvp, consensus.Reject:
		msg.VRound = c.rand.Int64N(msg.Round)
	}
	p := c.packet(from.index, to.index)
	p.msgs = append(p.msgs, msg)
	c.tracef("%s forges", from.id)
	c.input(to, input{kind: inPacket, pkt: p})
}
