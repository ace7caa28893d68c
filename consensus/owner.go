package consensus

// The owner's two rules: next only moves up, and of the slots of its own
// below next it has nominated at those marked mine, and never will at any
// other.

// nextSlot is the lowest slot of its own at which this node may nominate, or
// 0 when its window holds none. Slots that are learned, or where round 1 cannot
// win any more, are passed over: skipped.
func (m *Machine) nextSlot() int64 {
	for s, in := range m.named(m.next, m.win.hi+1, 1, m.self) {
		m.raiseNext(s)
		if c := m.configs.at(s); !in.learned && in.promise() == 1 && !in.lost(1, c) {
			return s
		}
		m.raiseNext(s + 1)
		if !in.learned {
			m.learn(s, in, nil, m.self) // it never nominated there, and never will
		}
	}
	m.noteUse(m.win.hi, m.self)
	return 0
}

func (m *Machine) raiseNext(s int64) {
	if s < m.next {
		panic("consensus: next moved down")
	}
	m.next = s
}

// skipUnused gives away the slots of its own that the highest use passed by.
// Nobody but this node can bring a mutation in there, so they are nops at
// once.
func (m *Machine) skipUnused() {
	to := min(m.use, m.win.hi)
	if m.next > to {
		return
	}
	for s, in := range m.named(m.next, to+1, 1, m.self) {
		if in.mine {
			panic("consensus: skipped a slot that was nominated")
		}
		if !in.learned {
			m.learn(s, in, nil, m.self)
		}
	}
	m.raiseNext(to + 1)
}

// tellSkips tells those that want it what this node skipped and they were not
// told.
func (m *Machine) tellSkips() {
	for _, x := range m.nodes {
		if x.wantSkip {
			x.wantSkip = false
			m.tellSkipsTo(x)
		}
	}
}

// tellSkipsTo names the skipped slots in the window. Ranges are explicit: they
// name no slot that was nominated. Of what is applied here, where the window
// has no slots any more, it tells which seqns are nops.
func (m *Machine) tellSkipsTo(x *node) {
	if from := max(x.told, x.applied+1, m.log.floor+1); from < m.win.lo {
		for i := m.log.first(from); i < m.log.next; i++ {
			e := m.log.at(i)
			if from < e.Seqn {
				m.send(x, Message{Kind: Value, Lo: from, Hi: e.Seqn})
			}
			from = e.Seqn + 1
		}
		if from < m.win.lo {
			m.send(x, Message{Kind: Value, Lo: from, Hi: m.win.lo})
		}
	}
	for s, in := range m.named(max(x.told, m.win.lo), m.next, 1, m.self) {
		if !in.mine {
			m.send(x, Message{Kind: Skip, Lo: s, Hi: s + 1})
		}
	}
	x.told = m.next
}

// onSkip hears that x gave slots away. Only the owner may, by the config of
// each seqn itself.
func (m *Machine) onSkip(x *node, msg *Message) {
	for s, in := range m.named(msg.Lo, msg.Hi, 1, x) {
		if in.learned {
			continue
		}
		m.learn(s, in, nil, x)
		m.relaySkip(s)
	}
}

// relaySkip passes a skipped slot on to the other members, when this node
// nominated at the next slot of its own and has told them of that already:
// the owner told its nominator alone. Else the LEARN of that slot does it.
func (m *Machine) relaySkip(s int64) {
	c := m.configs.at(s)
	if c.self < 0 {
		return
	}
	n := int64(len(c.nodes))
	up := s + ((int64(c.self)-s)%n+n)%n
	if m.win.has(up) && m.configs.at(up) == c && m.win.at(up).announced {
		m.tellNop(s, c)
	}
}

// tellNop tells the members of c but the owner that s was learned as nop.
func (m *Machine) tellNop(s int64, c *config) {
	for _, y := range c.nodes {
		if y != c.owner(s) {
			m.send(y, Message{Kind: Value, Lo: s, Hi: s + 1})
		}
	}
}

// noteUse hears from src that s is in use: its slots up to there are to be
// skipped, and whoever does not hear src is told.
func (m *Machine) noteUse(s int64, src *node) {
	if s <= m.use {
		return
	}
	if m.tip >= m.use {
		m.tipAt = m.now
	}
	m.use = s
	if src != m.self && m.deaf {
		for _, y := range m.nodes {
			y.wantBeat = y.wantBeat || y != src && y.linked && !y.hearsNode(src)
		}
	}
}

// sawMutation moves seen: the highest seqn at which this node voted for,
// nominated or learned a mutation.
func (m *Machine) sawMutation(s int64) { m.seen = max(m.seen, s) }
