package consensus

// fillAhead runs rounds on the slots of the members that are cut off, ahead
// of use, so that the others do not wait for them: at most half the window
// above the highest use, and on as use moves. The lowest member that has a
// majority does so for all.
func (m *Machine) fillAhead() {
	if m.filler != m.self {
		return
	}
	to := min(m.use+m.cfg.Alpha/2, m.win.hi)
	for _, x := range m.current().nodes {
		if !x.cutOff || x.filledTo >= to || x.filledTo > m.use+m.cfg.Alpha/4 {
			continue
		}
		from := max(x.filledTo+1, m.win.lo)
		x.filledTo = to
		m.fillSlots(x, from, to)
	}
}

// fillSlots opens a round on the slots of x in [from, to] that have no value
// and no round of this node under way.
func (m *Machine) fillSlots(x *node, from, to int64) {
	for s, in := range m.named(from, to+1, 1, x) {
		c := m.configs.at(s)
		if in.learned || c.self < 0 || in.coord.round > 0 && !in.lost(in.coord.round, c) {
			continue
		}
		m.openRound(s, in, c)
	}
}

// openRound invites all members of c to the lowest round of this node's that
// may succeed.
func (m *Machine) openRound(s int64, in *instance, c *config) {
	r := c.mine(s, max(1, in.promised, in.coord.round, in.coord.told))
	if r > maxRound {
		return
	}
	in.coord.open(r)
	in.sent, in.times = m.now, 0
	m.coordinated = max(m.coordinated, s)
	m.broadcast(c, Message{Kind: Invite, Lo: s, Hi: s + 1, Round: r})
	if !in.invite(r) {
		panic("consensus: own promise above own round")
	}
	m.countRsvp(s, in, m.self, r, in.vrnd, in.vval)
}

// fillStuck fills what is in use and stays unlearned for longer than fill: the
// slots of the owner that holds all back, and of those that are suspect. The
// members wait in turn, so that they do not fight.
func (m *Machine) fillStuck() {
	s := m.tip + 1
	if s > m.use || !m.win.has(s) || m.now < m.fillNext || m.now-m.tipAt <= m.patience(s) {
		return
	}
	m.fillNext = m.now + int64(m.cfg.Fill)
	c, to := m.configs.at(s), min(m.use, m.win.hi)
	owner := c.owner(s)
	for _, x := range c.nodes {
		if x == owner || m.suspect(x) {
			m.fillSlots(x, s, to)
		}
	}
}

// patience is how long s may be unlearned before this node fills it: fill for
// the first that may, a little longer for each that comes after it.
func (m *Machine) patience(s int64) int64 {
	c := m.configs.at(s)
	fill, turn := int64(m.cfg.Fill), int64(0)
	for _, x := range c.nodes {
		if x == m.self {
			break
		}
		if x != c.owner(s) && !m.suspect(x) {
			turn++
		}
	}
	if m.aheadOf(s) {
		turn += 4 // somebody has it: it is being asked for
	}
	return fill + turn*fill/2
}

// aheadOf reports whether a member that this node hears has applied s.
func (m *Machine) aheadOf(s int64) bool {
	for _, x := range m.nodes {
		if x.applied >= s && x != m.self && m.hearing(x) && m.isMember(x) {
			return true
		}
	}
	return false
}

// backOff makes this node wait before it opens new rounds, each time longer,
// up to a cap, by chance: two that fill at once must not fight for ever.
func (m *Machine) backOff() {
	fill := int64(m.cfg.Fill)
	m.fillDelay = min(max(2*m.fillDelay, fill/4), 4*fill)
	m.fillNext = m.now + m.fillDelay/2 + m.rand.Int64N(m.fillDelay)
}

// repeat says again what the coordinator of this node's rounds has no answer
// to, once the log has stood still for a while. A connection loses little: so
// each time it waits longer, and longer for a large value, which may still be
// on its way.
func (m *Machine) repeat() {
	if m.tip >= m.coordinated || m.now-m.tipAt < m.repeatAfter(0, nil) {
		return
	}
	for s := m.win.lo; s <= min(m.coordinated, m.win.hi); s++ {
		in := m.win.at(s)
		if in.learned || in.coord.round == 0 || m.now-in.sent < m.repeatAfter(in.times, in.coord.cval) {
			continue
		}
		c := m.configs.at(s)
		if in.lost(in.coord.round, c) {
			continue
		}
		if s > m.use && !c.owner(s).cutOff {
			continue // filled ahead for one that is well by now: nobody waits for it
		}
		in.sent = m.now
		in.times = min(in.times+1, maxTimes)
		m.repeatRound(s, in)
	}
}

// maxTimes bounds how often the time between two repetitions is doubled.
const maxTimes = 4

// slowest is the speed of a link, in nanoseconds a byte, at which a value
// that was sent is not taken for lost: 10 MB/s.
const slowest = 100

// repeatAfter is how long an answer may take, after so many repetitions.
func (m *Machine) repeatAfter(times uint8, v []byte) int64 {
	return int64(m.cfg.Fill)/4<<times + int64(len(v))*slowest
}

// again makes the next repetitions quick: a link is new, and what went by the
// one before it may be lost.
func (m *Machine) again() {
	for s := m.win.lo; s <= min(m.coordinated, m.win.hi); s++ {
		m.win.at(s).times = 0
	}
}

func (m *Machine) repeatRound(s int64, in *instance) {
	msg := Message{Kind: Invite, Lo: s, Hi: s + 1, Round: in.coord.round}
	done := in.coord.rsvps
	if in.coord.nominated {
		msg.Kind, msg.Value, done = Nominate, in.coord.cval, in.coord.votes
	}
	c := m.configs.at(s)
	clear := in.coord.clear(len(c.nodes))
	for i, x := range c.nodes {
		switch {
		case !done.has(i):
			m.send(x, msg)
		case in.coord.votes.has(i) && !clear.has(i):
			m.send(x, Message{Kind: Invite, Lo: s, Hi: s + 1, Round: in.coord.round}) // whom does it hold by now?
		}
	}
}
