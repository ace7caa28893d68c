package consensus

// proposal is a mutation that a client of this node, or a node that passed
// it on, wants in the log.
//
// Its life: it waits in the queue; then either this node nominates it at a
// slot of its own (s > 0), or passes it on to a member (via). It is queued
// again only when another value was learned at s, or when via refused it.
// In all other cases its outcome is what the log says, or unknown.
type proposal struct {
	value    []byte
	deadline int64
	ended    bool // answered; it stays in the log's way only

	// Who wants the answer: a client of this node by its key, or the node from
	// by the number num of its passing on.
	key  uint64
	from *node
	num  int64

	s      int64 // nominated there; 0: nowhere
	via    *node // passed on to it under viaNum; nil: not
	viaNum int64
	at     int64 // via applied it there with that code: it waits for this node to get there; 0: not yet
	code   int32
}

// MaxPassed bounds the open mutations that one node may pass on to this one.
const MaxPassed = 8192

// propose queues p, which was asked for at since.
func (m *Machine) propose(since int64, p *proposal) {
	p.deadline = since + int64(m.cfg.Timeout)
	m.deadlines.push(p)
	m.queue.push(p)
}

// nominateQueued nominates what waits, or passes it on, as far as the window
// and the bound of bytes in flight allow.
func (m *Machine) nominateQueued() {
	for m.queue.len() > 0 {
		p := m.queue.front()
		if p.ended {
			m.queue.pop()
			continue
		}
		if m.follower() {
			if !m.passOn(p) {
				return
			}
			m.queue.pop()
			continue
		}
		s := m.nextSlot()
		if s == 0 || m.inflight > 0 && m.inflight+int64(len(p.value)) > m.cfg.MaxInflight {
			return
		}
		m.queue.pop()
		m.nominate(s, p)
	}
}

// nominate proposes p at s, the next slot of this node.
func (m *Machine) nominate(s int64, p *proposal) {
	in, c := m.win.at(s), m.configs.at(s)
	in.coord.propose(p.value)
	in.mine, in.prop, p.s = true, p, s
	in.sent = m.now
	m.next = s + 1
	m.inflight += int64(len(p.value))
	m.coordinated = max(m.coordinated, s)
	m.sawMutation(s)
	m.noteUse(s, m.self)
	m.broadcast(c, Message{Kind: Nominate, Lo: s, Hi: s + 1, Round: 1, Value: p.value})
	if !in.nominate(1, p.value) {
		panic("consensus: nominated at a slot that was promised away")
	}
	m.countVote(s, in, c, c.self, 1, m.holders(c))
}

// settled tells that something was learned at the slot where p was nominated.
func (m *Machine) settled(in *instance) {
	p := in.prop
	m.inflight -= int64(len(p.value))
	if in.value != nil {
		return // p waits in the instance until it is applied
	}
	in.prop, p.s = nil, 0
	if !p.ended {
		m.queue.pushFront(p)
	}
}

// end answers whoever wants to know p's outcome.
func (m *Machine) end(p *proposal, status Status, seqn int64, code int32) {
	if p.ended {
		return
	}
	p.ended = true
	if p.s == 0 {
		p.value = nil // it may stand in the deadlines for long
	}
	if p.from == nil {
		m.out.Done = append(m.out.Done, Done{Key: p.key, Seqn: seqn, Code: code, Status: status})
		return
	}
	p.from.passes--
	switch status {
	case OK:
		m.send(p.from, Message{Kind: Passed, Num: p.num, Lo: seqn, Round: int64(code)})
	case Readonly:
		m.send(p.from, Message{Kind: Refused, Num: p.num})
	}
}

// abandon ends p without an answer from the log: unknown if it may be in it.
func (m *Machine) abandon(p *proposal) {
	if p.s > 0 || p.via != nil {
		m.end(p, Unknown, 0, 0)
	} else {
		m.end(p, Readonly, 0, 0)
	}
}

// expire ends what waited too long. They are in the order of arrival, so
// one that is open holds up those that ended after it: these are taken out
// whenever the queue has doubled.
func (m *Machine) expire() {
	for m.deadlines.len() > 0 {
		p := m.deadlines.front()
		if !p.ended && p.deadline > m.now {
			break
		}
		m.deadlines.pop()
		m.passedOn(p)
		m.abandon(p)
	}
	if m.deadlines.len() > m.deadlinesMax {
		m.deadlines.drop(func(p *proposal) bool { return p.ended })
		m.deadlinesMax = 1024 + 2*m.deadlines.len()
	}
}
