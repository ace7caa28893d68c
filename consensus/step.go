package consensus

// Step takes messages from the node from, to which there has to be a link.
// Everything that anybody may send is checked: what is malformed, or what the
// sender has no right to say, is dropped.
func (m *Machine) Step(now int64, from ID, msgs []Message) {
	m.clock(now)
	x := m.byID[from]
	if x == nil || x == m.self || !x.linked {
		return
	}
	x.heard = m.now
	for i := range msgs {
		msg := &msgs[i]
		if len(msg.Value) == 0 {
			msg.Value = nil
		}
		if msg.valid() && m.mayTell(x, msg.Kind) {
			m.step(x, msg)
		}
	}
}

// mayTell reports whether x may send such a message at all. Most are for
// members only; somebody else may have been asked to tell what was learned.
func (m *Machine) mayTell(x *node, k Kind) bool {
	switch k {
	case Beat, Ask, Follow, Pass, Passed, Refused:
		return true
	case Value, Behind:
		return m.isMember(x) || x == m.source && m.trusts(x)
	}
	return m.isMember(x)
}

func (m *Machine) step(x *node, msg *Message) {
	switch msg.Kind {
	case Invite:
		m.onInvite(x, msg)
	case Rsvp:
		m.onRsvp(x, msg)
	case Nominate:
		m.onNominate(x, msg)
	case Vote:
		m.onVote(x, msg)
	case Reject:
		m.onReject(x, msg)
	case Learn:
		m.onLearn(x, msg)
	case Value:
		m.onValue(x, msg)
	case Skip:
		m.onSkip(x, msg)
	case Follow:
		m.onFollow(x, msg)
	case Behind:
		m.onBehind(x, msg)
	case Beat:
		m.onBeat(x, msg)
	case Ask:
		m.send(x, Message{Kind: Seen, Num: msg.Num, Lo: m.seen})
	case Seen:
		m.onSeen(x, msg)
	case Pass:
		m.onPass(x, msg)
	case Passed:
		m.onPassed(x, msg)
	case Refused:
		m.onRefused(x, msg)
	case Grant:
		m.onGrant(x, msg)
	}
}
