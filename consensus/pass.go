package consensus

import (
	"cmp"
	"slices"
)

// follower reports whether this node has no slot of its own in its window:
// then it passes writes on.
func (m *Machine) follower() bool {
	for i := range m.configs {
		if c := &m.configs[i]; c.self >= 0 && c.from <= m.win.hi {
			return false
		}
	}
	return true
}

// passOn hands p to a member, under a fresh number: a member takes a number
// only once, and its refusal of that number is final. It reports false when
// there is no member to hand it to, or too much is passed on already.
func (m *Machine) passOn(p *proposal) bool {
	x := m.passTarget()
	if x == nil {
		return false
	}
	if m.passedBytes > 0 && m.passedBytes+int64(len(p.value)) > m.cfg.MaxInflight {
		return false
	}
	m.passNum++
	p.via, p.viaNum = x, m.passNum
	m.passing[p.viaNum] = p
	m.passedBytes += int64(len(p.value))
	m.send(x, Message{Kind: Pass, Num: p.viaNum, Value: p.value})
	return true
}

// passTarget is a member that this node hears: the same one for as long as it
// serves.
func (m *Machine) passTarget() *node {
	if x := m.passVia; x != nil && m.takesPassed(x) && m.isMember(x) {
		return x
	}
	m.passVia = nil
	c := &m.configs[len(m.configs)-1]
	first := m.rand.IntN(len(c.nodes))
	for i := range c.nodes {
		x := c.nodes[(first+i)%len(c.nodes)]
		if x != m.self && m.takesPassed(x) {
			m.passVia = x
			break
		}
	}
	return m.passVia
}

// takesPassed reports whether x is heard, and has not refused just now: to
// ask it again at once would only keep both busy.
func (m *Machine) takesPassed(x *node) bool {
	return m.hearing(x) && m.now >= x.refuses
}

// onPass takes a mutation that x passed on, or refuses it for ever.
func (m *Machine) onPass(x *node, msg *Message) {
	if !x.passed.take(msg.Num) {
		return
	}
	if m.follower() || x.passes >= MaxPassed {
		m.send(x, Message{Kind: Refused, Num: msg.Num})
		return
	}
	x.passes++
	m.propose(m.now, &proposal{value: msg.Value, from: x, num: msg.Num})
}

// passedOn ends p's passing on: it was answered, or never will be.
func (m *Machine) passedOn(p *proposal) {
	if m.passing[p.viaNum] == p {
		delete(m.passing, p.viaNum)
		m.passedBytes -= int64(len(p.value))
	}
}

// onPassed hears where a mutation that this node passed on was applied. The
// client is answered when this node has applied it too.
func (m *Machine) onPassed(x *node, msg *Message) {
	p := m.passing[msg.Num]
	if p == nil || p.via != x || p.at > 0 {
		return
	}
	m.passedOn(p)
	p.at, p.code = msg.Lo, int32(msg.Round)
	if p.at <= m.applied {
		m.end(p, OK, p.at, p.code)
		return
	}
	m.awaited = append(m.awaited, p)
}

// answerAwaited ends the proposals that were passed on, and that this node
// has now applied too.
func (m *Machine) answerAwaited() {
	rest := m.awaited[:0]
	for _, p := range m.awaited {
		if p.at <= m.applied {
			m.end(p, OK, p.at, p.code)
		} else if !p.ended {
			rest = append(rest, p)
		}
	}
	clear(m.awaited[len(rest):])
	m.awaited = rest
}

// onRefused queues what was never proposed, to be passed on anew.
func (m *Machine) onRefused(x *node, msg *Message) {
	p := m.passing[msg.Num]
	if p == nil || p.via != x {
		return
	}
	m.passedOn(p)
	p.via = nil
	x.refuses = m.now + int64(m.cfg.Fill)/4
	if !p.ended {
		m.queue.pushFront(p)
	}
}

// unknownVia ends what was passed on to x: nobody can tell any more what
// became of it.
func (m *Machine) unknownVia(x *node) {
	var lost []*proposal
	for _, p := range m.passing {
		if p.via == x {
			lost = append(lost, p)
		}
	}
	slices.SortFunc(lost, func(a, b *proposal) int { return cmp.Compare(a.viaNum, b.viaNum) })
	for _, p := range lost {
		m.passedOn(p)
		m.end(p, Unknown, 0, 0)
	}
}
