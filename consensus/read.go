package consensus

import "slices"

// question is one round of asking the members for their seen. It serves the
// reads that waited when it was sent, and none that came later.
type question struct {
	num      int64
	keys     []uint64
	deadline int64 // of its oldest read
	asked    int64
	point    int64   // the highest seen so far: the reads must see that
	answers  []*node // who answered, this node where it is a member
	leased   []*node // whose leases counted when the reads came
}

// maxQuestions bounds the questions under way; reads beyond wait for the next.
const maxQuestions = 64

// ask sends a question for the reads that wait, unless leases answer it: then
// they wait only until what this node has seen is applied.
func (m *Machine) ask() {
	if len(m.reads) == 0 || len(m.questions) >= maxQuestions {
		return
	}
	m.questionNum++
	q := &question{num: m.questionNum, keys: m.reads, deadline: m.readBy, asked: m.now,
		point: max(m.applied, m.seen), answers: []*node{m.self}, leased: m.grantors()}
	for _, x := range q.leased {
		q.point = max(q.point, x.granted.seen)
	}
	m.reads = nil
	m.questions = append(m.questions, q)
	if !m.sufficient(q) {
		m.put(q)
	}
	m.answerReads()
}

// put sends q to the members that have not answered it. It may be sent again,
// under the same number: whenever it is answered, that is after its reads
// began.
func (m *Machine) put(q *question) {
	q.asked = m.now
	for _, x := range m.nodes {
		if m.isMember(x) && !slices.Contains(q.answers, x) {
			m.send(x, Message{Kind: Ask, Num: q.num})
		}
	}
}

// onSeen counts an answer.
func (m *Machine) onSeen(x *node, msg *Message) {
	for _, q := range m.questions {
		if q.num != msg.Num {
			continue
		}
		q.point = max(q.point, msg.Lo)
		if !slices.Contains(q.answers, x) {
			q.answers = append(q.answers, x)
		}
		m.answerReads()
		return
	}
}

// answerReads ends the reads whose point is applied and whose answers are a
// majority of every config of the seqns that may follow. That is judged by the
// configs known now, when all up to the point is applied, not by those known
// when the question was sent.
func (m *Machine) answerReads() {
	rest := m.questions[:0]
	for _, q := range m.questions {
		if m.applied >= q.point && m.sufficient(q) {
			m.endReads(q.keys, OK)
			continue
		}
		m.noteUse(q.point, m.self)
		rest = append(rest, q)
	}
	clear(m.questions[len(rest):])
	m.questions = rest
}

// sufficient reports whether those that answered q are a majority of every
// config in (applied, applied+alpha].
func (m *Machine) sufficient(q *question) bool {
	for i := range m.configs {
		c := &m.configs[i]
		var got members
		for _, x := range q.answers {
			if p := c.place(x); p >= 0 {
				got = got.with(p)
			}
		}
		if c.self >= 0 { // else its votes are not waited for
			for _, x := range q.leased {
				if p := c.place(x); p >= 0 {
					got = got.with(p)
				}
			}
		}
		if !got.majority(len(c.nodes)) {
			return false
		}
	}
	return true
}

func (m *Machine) endReads(keys []uint64, status Status) {
	for _, key := range keys {
		m.out.Done = append(m.out.Done, Done{Key: key, Read: true, Seqn: m.applied, Status: status})
	}
}

// askAgain repeats the questions that had no sufficient answer for fill/4: an
// answer may be lost, or the members are others by now.
func (m *Machine) askAgain() {
	for _, q := range m.questions {
		if !m.sufficient(q) && m.now-q.asked > int64(m.cfg.Fill)/4 {
			m.put(q)
		}
	}
	m.answerReads()
}

// expireReads ends the reads that waited too long for a majority.
func (m *Machine) expireReads() {
	rest := m.questions[:0]
	for _, q := range m.questions {
		if m.now < q.deadline {
			rest = append(rest, q)
			continue
		}
		m.endReads(q.keys, NoQuorum)
	}
	clear(m.questions[len(rest):])
	m.questions = rest
	if len(m.reads) > 0 && m.now >= m.readBy {
		m.endReads(m.reads, NoQuorum)
		m.reads = nil
	}
}
