package consensus

import (
	"math"
	"slices"
	"time"
)

// ClockError bounds the error of a clock's rate: what it shows as a second is
// between 1-ClockError and 1+ClockError of one. Quartz is far better, but the
// daemons that keep a clock in time may slew it by nearly as much for a while.
const ClockError = 0.1

// A member asks for a lease by each heartbeat, and tells the time of its own
// clock. A grantor holds it for longer than the member counts on the grant:
// what passes between question and answer, and what the clocks differ by, is
// to the grantor's cost. Whether a hold has had a gap is for the grantor's
// clock alone to judge.

// grant is what another node granted this one, the holder.
type grant struct {
	until int64 // by this node's clock
	seen  int64 // the grantor's, when it began to hold this node
}

// hold is what this node, the grantor, granted another.
type hold struct {
	until int64 // by this node's clock
	seen  int64 // this node's, when it began
}

// leaseAsk is what a heartbeat asks with: the time, or 0 for no lease.
func (m *Machine) leaseAsk() int64 {
	if m.cfg.Lease <= 0 || !m.inAll(m.self) {
		return 0
	}
	return m.now
}

// inAll reports whether x is a member of every config that this node knows.
func (m *Machine) inAll(x *node) bool {
	for i := range m.configs {
		if m.configs[i].place(x) < 0 {
			return false
		}
	}
	return true
}

// onLeaseAsk grants x a lease, or makes one longer, if x may hold one. That one
// is longer by now it need not hear at once: see giveGrants.
func (m *Machine) onLeaseAsk(x *node, at int64) {
	if m.cfg.Lease <= 0 || !m.mayHold(x) {
		return
	}
	renewed := m.now < x.held.until
	if !renewed {
		m.expireHolds()      // so that the gap is known to whoever waits for x
		x.held.seen = m.seen // it begins here; a renewal repeats this
	}
	x.held.until = max(x.held.until, m.now+stretch(m.cfg.Lease, 1+ClockError))
	m.holding = true
	if x.owed = (Message{Kind: Grant, Num: at, Lo: x.held.seen, Round: int64(m.cfg.Lease)}); !renewed {
		m.send(x, x.owed)
		x.owed = Message{}
	}
}

// giveGrants tells of the leases that are longer by now whoever gets something
// anyway, if nothing else the next heartbeat: that is soon enough, and a cluster
// that is idle sends half as many packets.
func (m *Machine) giveGrants() {
	for _, x := range m.nodes {
		if x.owed.Kind == Grant && len(x.out) > 0 {
			m.send(x, x.owed)
			x.owed = Message{}
		}
	}
}

func stretch(d time.Duration, by float64) int64 { return int64(float64(d) * by) }

// mayHold reports whether x may hold a lease. It must be able to vote as
// quickly as it can ask, for whoever holds one is waited for: so it is a member
// for as far as this node knows, and well connected to all that are not
// suspect; and nobody is held while a mutation is stuck, and for a while after.
func (m *Machine) mayHold(x *node) bool {
	if m.now < m.grantAt || m.stuck() || !m.inAll(x) || !m.isMember(m.self) || m.suspect(x) {
		return false
	}
	for _, y := range m.nodes {
		if y != x && m.isMember(y) && !m.suspect(y) && !(m.says(x, y) && m.says(y, x)) {
			return false
		}
	}
	return true
}

// stuck reports whether a mutation that this node saw is unlearned for longer
// than fill.
func (m *Machine) stuck() bool { return m.tip < m.seen && m.now-m.tipAt > int64(m.cfg.Fill) }

// onGrant counts x's grant from when it was asked for.
func (m *Machine) onGrant(x *node, msg *Message) {
	until := msg.Num + stretch(min(time.Duration(msg.Round), m.cfg.Lease), 1-ClockError)
	if msg.Num <= 0 || msg.Num > m.now || until <= x.granted.until {
		return
	}
	x.granted = grant{until: until, seen: msg.Lo}
}

// holders are the members of c that this node holds, which its vote for a
// mutation has to name.
func (m *Machine) holders(c *config) members {
	var held members
	if !m.holding {
		return held
	}
	for place, x := range c.nodes {
		if m.now < x.held.until {
			held = held.with(place)
		}
	}
	return held
}

// expireHolds sees to it that nobody waits for a holder that is one no more:
// it votes again, without it, for all that is under way.
func (m *Machine) expireHolds() {
	if m.stuck() {
		m.grantAt = m.now + 8*int64(m.cfg.Fill)
	}
	if !m.holding {
		return
	}
	m.holding = false
	ended := false
	for _, x := range m.nodes {
		switch {
		case m.now < x.held.until:
			m.holding = true
		case x.held.until > 0:
			x.held, x.owed, ended = hold{}, Message{}, true
		}
	}
	if ended {
		m.voteAgain()
	}
}

// voteAgain repeats the votes for mutations that are not learned, with the
// holders as of now.
func (m *Machine) voteAgain() {
	for s := m.win.lo; s <= min(m.seen, m.win.hi); s++ {
		in := m.win.at(s)
		if in.learned || in.vval == nil || in.voted() == 0 {
			continue
		}
		c := m.configs.at(s)
		if x := c.coordinator(s, in.vrnd); x != m.self {
			m.vote(x, s, in, c)
		} else {
			m.countVote(s, in, c, c.self, in.vrnd, m.holders(c))
		}
	}
}

// ReadUntil is the time, by this node's clock, before which what was applied
// may be read without asking anybody, and the read be linearizable; 0 when it
// may not now. It may change with every input. A driver that reads elsewhere than
// where it drives the machine tells the new value there before the messages
// that came of the input leave; a reader takes the time after its read arrived,
// compares, and then looks at the store. See doc/consensus.md.
func (m *Machine) ReadUntil() int64 {
	if m.applied < m.seen {
		return 0
	}
	until := int64(math.MaxInt64)
	for i := range m.configs {
		until = min(until, m.leaseIn(&m.configs[i]))
	}
	if until <= m.now {
		return 0
	}
	return until
}

// leaseIn is until when a majority of c, this node counted, grants it a lease
// that asks to see no more than what is applied.
func (m *Machine) leaseIn(c *config) int64 {
	if c.self < 0 {
		return 0
	}
	var buf [MaxMembers]int64
	ends := buf[:0]
	for _, x := range c.nodes {
		switch {
		case x == m.self:
			ends = append(ends, math.MaxInt64)
		case x.granted.seen <= m.applied:
			ends = append(ends, x.granted.until)
		}
	}
	if len(ends) < quorum(c) {
		return 0
	}
	slices.Sort(ends)
	return ends[len(ends)-quorum(c)]
}

// grantors are those whose grants count now.
func (m *Machine) grantors() []*node {
	var list []*node
	for _, x := range m.nodes {
		if m.now < x.granted.until {
			list = append(list, x)
		}
	}
	return list
}
