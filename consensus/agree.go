package consensus

// The messages of agreement on one seqn, INVITE to VOTE, for every seqn that
// they name.

// onInvite promises, if the coordinator x may ask for that.
func (m *Machine) onInvite(x *node, msg *Message) {
	lost := false // a round of this node's
	m.answerApplied(x, msg)
	for s, in := range m.named(msg.Lo, msg.Hi, msg.Round, x) {
		switch c := m.configs.at(s); {
		case in.learned:
			m.send(x, Message{Kind: Value, Lo: s, Hi: s + 1, Value: in.value})
		case c.self < 0, s > m.use && !c.owner(s).cutOff:
			// Not a member; or it fills ahead of use for one that is well.
		case in.voted() == msg.Round:
			m.vote(x, s, in, c) // it asks again, who is held now
		case in.invite(msg.Round):
			lost = lost || in.coord.round > 1
			m.send(x, Message{Kind: Rsvp, Lo: s, Hi: s + 1, Round: msg.Round, VRound: in.vrnd, Value: in.vval})
		case in.promise() > msg.Round:
			m.reject(x, s, in, msg.Round)
		}
	}
	if lost {
		m.backOff()
	}
}

// onRsvp counts a promise; with a quorum of them it nominates what they tell.
func (m *Machine) onRsvp(x *node, msg *Message) {
	for s, in := range m.named(msg.Lo, msg.Hi, msg.Round, m.self) {
		m.countRsvp(s, in, x, msg.Round, msg.VRound, msg.Value)
	}
}

func (m *Machine) countRsvp(s int64, in *instance, x *node, r, vrnd int64, vval []byte) {
	c := m.configs.at(s)
	from := c.place(x)
	if from < 0 || in.learned || !in.coord.rsvp(from, r, vrnd, vval, len(c.nodes)) {
		return
	}
	in.sent, in.times = m.now, 0
	v := in.coord.cval
	if v != nil {
		m.sawMutation(s)
		m.noteUse(s, m.self)
	}
	m.broadcast(c, Message{Kind: Nominate, Lo: s, Hi: s + 1, Round: r, Value: v})
	if in.nominate(r, v) {
		m.countVote(s, in, c, c.self, r, m.holders(c))
	}
}

// onNominate votes, if the coordinator x may nominate there.
func (m *Machine) onNominate(x *node, msg *Message) {
	m.answerApplied(x, msg)
	if len(msg.Value) > 0 {
		x.wantSkip = true
	}
	for s, in := range m.named(msg.Lo, msg.Hi, msg.Round, x) {
		switch c := m.configs.at(s); {
		case in.learned:
			m.send(x, Message{Kind: Value, Lo: s, Hi: s + 1, Value: in.value})
		case c.self < 0:
		case in.nominate(msg.Round, msg.Value):
			if msg.Value != nil {
				m.sawMutation(s)
				m.noteUse(s, x)
			}
			m.vote(x, s, in, c)
		case in.promise() > msg.Round:
			m.reject(x, s, in, msg.Round)
		}
	}
}

// vote tells x, who coordinates the round, what this node voted in it, and for
// a mutation whom it holds.
func (m *Machine) vote(x *node, s int64, in *instance, c *config) {
	msg := Message{Kind: Vote, Lo: s, Hi: s + 1, Round: in.vrnd}
	if in.vval != nil {
		msg.Num = int64(m.holders(c))
	}
	m.send(x, msg)
}

// reject tells x that its round r of s is dead. An owner is told of all its
// slots from there on that were promised away, so that it need not try each.
func (m *Machine) reject(x *node, s int64, in *instance, r int64) {
	m.send(x, Message{Kind: Reject, Lo: s, Hi: s + 1, Round: in.promise(), VRound: r})
	if r > 1 || x.rejected == m.now {
		return
	}
	x.rejected = m.now
	for t, next := range m.named(s+1, m.win.hi+1, 1, x) {
		if next.learned || next.promise() == 1 {
			return
		}
		m.send(x, Message{Kind: Reject, Lo: t, Hi: t + 1, Round: next.promise(), VRound: 1})
	}
}

// onVote counts votes.
func (m *Machine) onVote(x *node, msg *Message) {
	for s, in := range m.named(msg.Lo, msg.Hi, msg.Round, m.self) {
		if c := m.configs.at(s); !in.learned {
			m.countVote(s, in, c, c.place(x), msg.Round, members(msg.Num))
		}
	}
}

// countVote counts a vote of the member at place from, which named holders; by
// a quorum and the holder rule s is chosen. Nothing else makes a mutation
// learned, but who learned it so.
func (m *Machine) countVote(s int64, in *instance, c *config, from int, r int64, held members) {
	if in.coord.cval == nil {
		held = 0 // no read misses a nop
	}
	if from < 0 || !in.coord.vote(from, r, held, len(c.nodes)) {
		return
	}
	m.learn(s, in, in.coord.cval, m.self)
	m.chosen = append(m.chosen, s)
}

// onReject hears that rounds are dead, or would be.
func (m *Machine) onReject(x *node, msg *Message) {
	lost := false
	for s, in := range m.named(msg.Lo, msg.Hi, msg.VRound, m.self) {
		from := m.configs.at(s).place(x)
		if from < 0 || in.learned {
			continue
		}
		lost = lost || in.coord.round == msg.VRound && msg.VRound > 1 && !in.coord.rejects.has(from)
		in.coord.reject(from, msg.VRound, msg.Round)
	}
	if lost {
		m.backOff()
	}
}

// maxAnswers bounds the values told in answer to one message about seqns that
// are applied here; the rest is asked for by Follow.
const maxAnswers = 16

// answerApplied tells x what was learned at seqns that it still wants to agree
// on, and that this node applied already: there it never promises or votes.
func (m *Machine) answerApplied(x *node, msg *Message) {
	if msg.Lo > m.applied {
		return
	}
	if msg.Lo <= m.log.floor {
		m.send(x, Message{Kind: Behind, Lo: m.log.floor})
		return
	}
	m.tell(x, msg.Lo, min(msg.Hi, m.applied+1), maxAnswers)
}
