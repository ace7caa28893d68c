package consensus

import "slices"

// hearing reports whether this node hears x: by a link, within fill.
func (m *Machine) hearing(x *node) bool {
	return x == m.self || x.linked && m.now-x.heard <= int64(m.cfg.Fill)
}

// hearsNode reports whether x said that it hears y.
func (x *node) hearsNode(y *node) bool { return x == y || slices.Contains(x.hears, y.id) }

// suspect reports whether x is taken for failed: it is silent, or does not
// hear this node (if that is a member: others are not spoken of), or is so far
// behind that it does not take part.
func (m *Machine) suspect(x *node) bool {
	deaf := !x.hearsNode(m.self) && m.isMember(m.self)
	return x != m.self && (!m.hearing(x) || deaf || x.beyond)
}

// twoWay reports whether x and y hear each other, by what this node hears
// itself and by the heartbeats of those that it hears.
func (m *Machine) twoWay(x, y *node) bool {
	if !m.hearing(x) && !m.hearing(y) {
		return false
	}
	return m.says(x, y) && m.says(y, x)
}

func (m *Machine) says(x, y *node) bool {
	if x == m.self {
		return m.hearing(y)
	}
	return x.hearsNode(y)
}

// links counts the members of c with two-way links to x, x itself counted.
func (m *Machine) links(c *config, x *node) int {
	n := 0
	for _, y := range c.nodes {
		if y == x || m.twoWay(x, y) {
			n++
		}
	}
	return n
}

// judge works out who is cut off, who has to fill for them, and whether there
// are members that do not hear each other. It runs with every heartbeat, and
// when anything of that may have changed.
func (m *Machine) judge() {
	c := m.current()
	m.filler, m.deaf = nil, false
	for i := range m.configs {
		m.configs[i].suspects = 0
		for place, x := range m.configs[i].nodes {
			if m.suspect(x) {
				m.configs[i].suspects = m.configs[i].suspects.with(place)
			}
			if x.cutOff = m.now-x.since > int64(m.cfg.Fill) && m.links(c, x) < quorum(c); !x.cutOff {
				x.filledTo = 0
			}
			for _, y := range m.configs[i].nodes {
				m.deaf = m.deaf || m.others(x, y) && !x.hearsNode(y)
			}
		}
	}
	for _, x := range c.nodes {
		if !x.cutOff && !m.suspect(x) {
			m.filler = x
			break
		}
	}
}

// others reports whether x and y are two members that this node hears.
func (m *Machine) others(x, y *node) bool {
	return x != y && x != m.self && y != m.self && m.hearing(x) && m.hearing(y)
}

func quorum(c *config) int { return len(c.nodes)/2 + 1 }

// onBeat hears x's heartbeat.
func (m *Machine) onBeat(x *node, msg *Message) {
	if stalled := msg.Lo == x.applied; stalled && x.told > msg.Lo+1 {
		x.told = msg.Lo + 1 // it may have missed them
	}
	changed := x.beyond != msg.Flag || !slices.Equal(x.hears, msg.IDs)
	x.applied, x.beyond = msg.Lo, msg.Flag
	if changed {
		x.hears = slices.Clone(msg.IDs)
		m.judge()
	}
	if m.isMember(x) {
		m.noteUse(min(msg.Hi, m.win.hi+m.cfg.Alpha), x) // no further: what is beyond is told again
		x.wantSkip = true
	}
	if msg.Num > 0 {
		m.onLeaseAsk(x, msg.Num)
	}
}

// beat queues a heartbeat for x.
func (m *Machine) beat(x *node) {
	x.wantBeat = false
	m.send(x, Message{Kind: Beat, Lo: m.applied, Hi: max(m.use, m.applied), IDs: m.hearsNow, Flag: m.use > m.win.hi, Num: m.leaseAsk()})
}

// beatEvery is the time between two heartbeats.
func (m *Machine) beatEvery() int64 { return int64(m.cfg.Fill) / 4 }

// beats sends the heartbeats that are due, at once when whom this node hears
// has changed.
func (m *Machine) beats() {
	var now []ID
	for _, x := range m.nodes {
		if len(now) < maxIDs && x != m.self && m.hearing(x) && m.isMember(x) {
			now = append(now, x.id)
		}
	}
	early := m.beatEvery() / 8 // a tick may come a little before it is due
	if slices.Equal(now, m.hearsNow) && m.now-m.beatAt < m.beatEvery()-early {
		return
	}
	m.hearsNow, m.beatAt = now, m.now
	m.judge()
	for _, x := range m.nodes {
		m.beat(x)
	}
}

// forgive moves what was last heard forward by the time that this node itself
// was late: who was asleep suspects nobody for that. It runs before the time of
// the late input is taken, so nothing comes to lie in the future.
func (m *Machine) forgive(late int64) {
	if late <= 0 {
		return
	}
	for _, x := range m.nodes {
		x.heard += late
	}
	m.tipAt += late
}
