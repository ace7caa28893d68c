package consensus

import "bytes"

// learn takes the value chosen at s, as src told it (or did itself: self).
// What was learned never changes: a different value can only come from a
// broken peer, and is counted, not believed.
func (m *Machine) learn(s int64, in *instance, v []byte, src *node) {
	if in.learned {
		if !bytes.Equal(in.value, v) {
			m.contradictions++
		}
		return
	}
	in.learned, in.value = true, v
	if v != nil {
		m.sawMutation(s)
		m.noteUse(s, src)
	}
	if in.prop != nil {
		m.settled(in)
	}
	if src != m.self && m.deaf {
		m.relay(s, v, src)
	}
	m.raiseTip()
}

// raiseTip moves tip past what is learned without a gap.
func (m *Machine) raiseTip() {
	for m.tip < m.win.hi && m.win.at(m.tip+1).learned {
		m.tip++
		m.tipAt = m.now
	}
}

// relay passes a learned value on to the members that do not hear its source:
// one cut link must not slow the rest.
func (m *Machine) relay(s int64, v []byte, src *node) {
	for _, y := range m.configs.at(s).nodes {
		if y != src && !y.hearsNode(src) {
			m.send(y, Message{Kind: Value, Lo: s, Hi: s + 1, Value: v})
		}
	}
}

// onLearn hears from the coordinator of round Round that its nomination was
// chosen. Who accepted just that round has the value; who did not asks for it.
func (m *Machine) onLearn(x *node, msg *Message) {
	for s, in := range m.named(msg.Lo, msg.Hi, msg.Round, x) {
		switch {
		case in.learned:
		case in.vrnd == msg.Round:
			m.learn(s, in, in.vval, x)
		default:
			m.lacking = x
		}
	}
	if !msg.Flag {
		return
	}
	for s := max(msg.Lo, m.win.lo); s < min(msg.Hi, m.win.hi+1); s++ {
		if in := m.win.at(s); !in.learned && m.configs.at(s).coordinator(s, msg.Round) != x {
			m.learn(s, in, nil, x)
		}
	}
}

// onValue hears what a member learned.
func (m *Machine) onValue(x *node, msg *Message) {
	x.wantSkip = x.wantSkip || msg.Value != nil
	for s := max(msg.Lo, m.win.lo); s < min(msg.Hi, m.win.hi+1); s++ {
		m.learn(s, m.win.at(s), msg.Value, x)
	}
}

// announce tells the members of what this node, as coordinator, saw chosen
// since the last time; with it of the nops between a slot and this node's slot
// before it. It waits for the end of a batch of input, when the skips that
// came with the votes are in. Of some it may have heard, and applied them, in
// a batch before: the owner told nobody else.
func (m *Machine) announce() {
	for _, s := range m.chosen {
		in, c := m.win.at(s), m.configs.at(s)
		in.announced = true
		before := max(s-int64(len(c.nodes)), m.log.floor, c.from-1)
		lo := s
		for lo-1 > before && m.isNop(lo-1) {
			lo--
		}
		m.broadcast(c, Message{Kind: Learn, Lo: lo, Hi: s + 1, Round: in.coord.round, Flag: true})
		for t := before + 1; t < lo; t++ {
			if m.isNop(t) {
				m.tellNop(t, c)
			}
		}
	}
	m.chosen = m.chosen[:0]
}

// isNop reports whether s, which is above the log's floor, was learned as nop.
func (m *Machine) isNop(s int64) bool {
	if s <= m.applied {
		return !m.log.endsWith(s)
	}
	in := m.win.at(s)
	return in.learned && in.value == nil
}
