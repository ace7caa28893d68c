package consensus

// The messages of agreement on one seqn, INVITE to VOTE, for every seqn that
// they name.

// onInvite promises, if the coordinator x may ask for that.
func (m *Machine) onInvite(x *node, msg *Message) {
	m.answerApplied(x, msg)
	for s, in := range m.named(msg.Lo, msg.Hi, msg.Round, x) {
		switch c := m.configs.at(s); {
		case in.learned:
			m.send(x, Message{Kind: Value, Lo: s, Hi: s + 1, Value: in.value})
		case c.self < 0, s > m.use && !c.owner(s).cutOff:
			// Not a member; or it fills ahead of use for one that is well.
		case in.invite(msg.Round):
			m.send(x, Message{Kind: Rsvp, Lo: s, Hi: s + 1, Round: msg.Round, VRound: in.vrnd, Value: in.vval})
		case in.promise() > msg.Round:
			m.reject(x, s, in, msg.Round)
		}
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
		m.countVote(s, in, c, c.self, r)
	}
}

// onNominate votes, if the coordinator x may nominate there.
func (m *Machine) onNominate(x *node, msg *Message) {
	m.answerApplied(x, msg)
	if len(msg.Value) > 0 {
		x.wantSkip = true
	}
	for s, in := range m.named(msg.Lo, msg.Hi, msg.Round, x) {
		switch {
		case in.learned:
			m.send(x, Message{Kind: Value, Lo: s, Hi: s + 1, Value: in.value})
		case m.configs.at(s).self < 0:
		case in.nominate(msg.Round, msg.Value):
			if msg.Value != nil {
				m.sawMutation(s)
				m.noteUse(s, x)
			}
			m.send(x, Message{Kind: Vote, Lo: s, Hi: s + 1, Round: msg.Round})
		case in.promise() > msg.Round:
			m.reject(x, s, in, msg.Round)
		}
	}
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
			m.countVote(s, in, c, c.place(x), msg.Round)
		}
	}
}

// countVote counts a vote of the member at place from; with a quorum s is
// chosen. Here the holder rule of read leases will stand.
func (m *Machine) countVote(s int64, in *instance, c *config, from int, r int64) {
	if from < 0 || !in.coord.vote(from, r, len(c.nodes)) {
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
