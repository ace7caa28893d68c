package consensus

// subscription is what a node wants of us: all that we applied, from a seqn on.
type subscription struct {
	until int64 // when it ends unless asked for again
	acked int64 // all below is known there
	pos   int64 // all below was sent
	moved int64 // when acked last moved
}

// wantFollow decides whether this node needs somebody to tell it what was
// learned: it is no member, or it is behind and the log has stood still.
func (m *Machine) wantFollow() bool {
	if m.follower() {
		return true
	}
	still := m.now-m.tipAt > int64(m.cfg.Fill)/4
	return m.lacking != nil || still && m.behind() || m.use > m.win.hi
}

// askFollow asks, and asks again for as long as it is needed: often enough
// that the stream never stops, and another peer when nothing comes.
func (m *Machine) askFollow() {
	if !m.wantFollow() {
		m.source = nil
		return
	}
	lacking := m.lacking
	m.lacking = nil
	if m.source != nil && !m.serves(m.source) {
		m.source = nil
	}
	recent := m.now-m.followedAt < int64(m.cfg.Fill)/4 && m.tip-m.followedFrom < max(1, m.cfg.Alpha/8)
	switch {
	case lacking != nil && m.source != lacking:
		m.source = lacking
	case m.source != nil && recent:
		return
	case m.source == nil:
		m.source = m.nextSource()
	}
	m.followedAt, m.followedFrom = m.now, m.tip
	if m.source != nil {
		m.send(m.source, Message{Kind: Follow, Lo: m.tip + 1})
	}
}

// serves reports whether x may go on as the source: it is heard, and has told
// something lately if anybody has anything to tell.
func (m *Machine) serves(x *node) bool {
	fill := int64(m.cfg.Fill)
	silent := m.now-m.tipAt > fill && m.now-m.sourceAt > fill && m.behind()
	return m.hearing(x) && m.trusts(x) && !silent
}

// trusts reports whether this node takes what x says that it learned: never
// from a stranger.
func (m *Machine) trusts(x *node) bool { return m.isMember(x) || x.vouched }

// behind reports whether anybody that this node hears and trusts, a member or
// not, applied what it has not learned.
func (m *Machine) behind() bool {
	for _, x := range m.nodes {
		if x != m.self && x.applied > m.tip && m.hearing(x) && m.trusts(x) {
			return true
		}
	}
	return false
}

// nextSource is the next node that this one hears, each time another one.
// Those that have what it lacks come first, and of them the members. A
// follower will do as well: the only one that has it may be a member no more.
func (m *Machine) nextSource() *node {
	var best *node
	rank := 0
	for i := range m.nodes {
		x := m.nodes[(m.sourceTurn+i)%len(m.nodes)]
		if x == m.self || !m.hearing(x) || !m.trusts(x) {
			continue
		}
		r := 0
		if m.isMember(x) {
			r++
		}
		if x.applied > m.tip {
			r += 2
		}
		if r > rank {
			best, rank = x, r
		}
	}
	m.sourceTurn++
	m.sourceAt = m.now
	return best
}

// onFollow takes a subscription, or prolongs it.
func (m *Machine) onFollow(x *node, msg *Message) {
	if msg.Lo <= m.log.floor {
		m.send(x, Message{Kind: Behind, Lo: m.log.floor})
		return
	}
	sub := &x.sub
	fresh := sub.until < m.now
	sub.until = m.now + int64(m.cfg.Fill)
	switch {
	case fresh || msg.Lo > sub.pos:
		sub.acked, sub.pos, sub.moved = msg.Lo, msg.Lo, m.now
	case msg.Lo > sub.acked:
		sub.acked, sub.moved = msg.Lo, m.now
	case msg.Lo == sub.acked && m.now-sub.moved > int64(m.cfg.Fill)/2:
		sub.pos, sub.moved = msg.Lo, m.now // lost on the way
	}
}

// maxAhead bounds, in bytes, what is told to a subscriber beyond what it is
// known to have, in one go.
const maxAhead = 4 << 20

// stream tells the subscribers what was applied since.
func (m *Machine) stream() {
	for _, x := range m.nodes {
		sub := &x.sub
		if sub.until < m.now || sub.pos > m.applied || !x.linked {
			continue
		}
		if sub.pos <= m.log.floor {
			m.send(x, Message{Kind: Behind, Lo: m.log.floor})
			sub.until = 0
			continue
		}
		sub.pos = m.tell(x, sub.pos, min(m.applied+1, sub.acked+m.cfg.Alpha/2), maxAhead/entryBytes)
	}
}

// tell sends x what was applied in [lo, hi), at most limit mutations and a
// bound of bytes, and returns the seqn up to which it came.
func (m *Machine) tell(x *node, lo, hi int64, limit int) int64 {
	bytes := 0
	for i := m.log.first(lo); i < m.log.next; i++ {
		e := m.log.at(i)
		if e.Seqn >= hi {
			break
		}
		if limit == 0 || bytes > maxAhead {
			return lo
		}
		limit--
		bytes += len(e.Value) + entryBytes
		if lo < e.Seqn {
			m.send(x, Message{Kind: Value, Lo: lo, Hi: e.Seqn})
		}
		m.send(x, Message{Kind: Value, Lo: e.Seqn, Hi: e.Seqn + 1, Value: e.Value})
		lo = e.Seqn + 1
	}
	if lo < hi {
		m.send(x, Message{Kind: Value, Lo: lo, Hi: hi})
		lo = hi
	}
	return lo
}

// onBehind hears that x has dropped what this node lacks.
func (m *Machine) onBehind(x *node, msg *Message) {
	if m.tip < msg.Lo {
		m.out.Snapshot = x.id
	}
}
