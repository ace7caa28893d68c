package consensus

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/bmizerany/assert"
)

func TestAcceptor(t *testing.T) {
	var a acceptor
	assert.Equal(t, int64(1), a.promise())
	assert.T(t, a.invite(1), "the first promise is of round 1")
	assert.T(t, a.nominate(1, []byte("x")))
	assert.T(t, a.nominate(1, []byte("x")), "a doubled NOMINATE is answered again")
	assert.T(t, !a.invite(1), "it voted in round 1")
	assert.T(t, a.invite(3))
	assert.T(t, a.invite(3), "a doubled INVITE is answered again")
	assert.T(t, !a.nominate(2, []byte("y")), "below its promise")
	assert.Equal(t, acceptor{promised: 3, vrnd: 1, vval: []byte("x")}, a)
	assert.T(t, a.nominate(4, nil), "NOMINATE without INVITE is a promise too")
	assert.Equal(t, acceptor{promised: 4, vrnd: 4}, a)
}

func TestCoordinatorNominatesOnce(t *testing.T) {
	var c coordinator
	c.open(2)
	assert.T(t, !c.rsvp(0, 2, 0, nil, 5))
	assert.T(t, !c.rsvp(0, 2, 0, nil, 5), "a doubled answer counts once")
	assert.T(t, !c.rsvp(1, 1, 0, nil, 5), "of another round")
	assert.T(t, !c.rsvp(1, 2, 1, []byte("x"), 5))
	assert.T(t, !c.vote(1, 2, 0, 5), "no vote before the nomination")
	assert.T(t, c.rsvp(2, 2, 0, nil, 5))
	assert.Equal(t, []byte("x"), c.cval)
	assert.T(t, !c.rsvp(3, 2, 1, []byte("late"), 5))
	assert.Equal(t, []byte("x"), c.cval)
	assert.T(t, !c.vote(0, 2, 0, 5))
	assert.T(t, !c.vote(0, 2, 0, 5))
	assert.T(t, !c.vote(1, 3, 0, 5), "of another round")
	assert.T(t, !c.vote(1, 2, 0, 5))
	assert.T(t, c.vote(4, 2, 0, 5))
}

func TestCoordinatorTakesTheHighestVote(t *testing.T) {
	var c coordinator
	c.open(7)
	c.rsvp(0, 7, 2, []byte("old"), 3)
	assert.T(t, c.rsvp(1, 7, 5, nil, 3))
	assert.Equal(t, 0, len(c.cval)) // nop was voted for in round 5
}

func TestMajority(t *testing.T) {
	for of := 1; of <= MaxMembers; of++ {
		var s members
		for i := range of {
			s = s.with(i)
			assert.Equal(t, 2*(i+1) > of, s.majority(of), of, i)
		}
	}
}

func TestNumbersAreTakenOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var n numbers
	took := map[int64]bool{}
	high := int64(0)
	for range 200_000 {
		num := max(1, high+r.Int64N(3*numbersKept)-2*numbersKept)
		if r.IntN(100) > 0 {
			num = max(1, high+r.Int64N(20)-15)
		}
		got := n.take(num)
		assert.T(t, !got || !took[num], "taken twice", num)
		assert.T(t, got || took[num] || num <= high-numbersKept, "a fresh one was refused", num, high)
		took[num] = true
		high = max(high, num)
	}
}

// TestNamed holds named and mine against what their definitions say, over
// windows with several configs.
func TestNamed(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		alpha, applied := int64(8+r.IntN(40)), int64(r.IntN(100))
		st := State{Applied: applied}
		from := applied + 1
		for range 1 + r.IntN(4) {
			ms := Membership{From: from}
			for i := range 5 {
				if r.IntN(2) == 0 || i == 0 {
					ms.Members = append(ms.Members, ID(fmt.Sprint("n", i)))
				}
			}
			st.Configs = append(st.Configs, ms)
			if from += int64(1 + r.IntN(9)); from > applied+alpha {
				break
			}
		}
		m, err := New(Config{Self: "n0", Alpha: alpha}, st)
		assert.Equal(t, nil, err)
		checkNamed(t, m, r)
	}
}

func checkNamed(t *testing.T, m *Machine, r *rand.Rand) {
	x, round := m.node(ID(fmt.Sprint("n", r.IntN(5)))), int64(1+r.IntN(9))
	lo := m.win.lo - 10 + r.Int64N(60)
	hi := lo + 1 + r.Int64N(60)
	var exp, act []int64
	for s := lo; s < hi; s++ {
		if m.win.has(s) && m.configs.at(s).coordinator(s, round) == x {
			exp = append(exp, s)
		}
	}
	for s := range m.named(lo, hi, round, x) {
		act = append(act, s)
	}
	assert.Equal(t, exp, act)
	for s := m.win.lo; s <= m.win.hi; s++ {
		c := m.configs.at(s)
		mine := c.mine(s, round)
		assert.T(t, mine > round && mine <= round+int64(len(c.nodes)))
		assert.T(t, c.coordinator(s, mine) == m.self)
	}
}

// TestMerge holds merged messages against what each of them named alone.
func TestMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		st := State{Configs: []Membership{
			{From: 1, Members: []ID{"a", "b", "c"}},
			{From: 1 + r.Int64N(20), Members: []ID{"a", "b"}},
		}}
		if st.Configs[1].From == 1 {
			continue
		}
		m, err := New(Config{Self: "a", Alpha: 32}, st)
		assert.Equal(t, nil, err)
		m.LinkUp(1, "b")
		x := m.node("b")
		x.out = nil
		exp := map[int64]bool{}
		for s := range m.named(1, 33, 1, m.self) {
			if r.IntN(3) > 0 {
				exp[s] = true
				m.send(x, Message{Kind: Skip, Lo: s, Hi: s + 1})
			}
		}
		act := map[int64]bool{}
		for _, msg := range x.out {
			for s := range m.named(msg.Lo, msg.Hi, 1, m.self) {
				act[s] = true
			}
		}
		assert.Equal(t, exp, act)
	}
}

func TestLogIsBoundedAndTellsAll(t *testing.T) {
	k := kept{maxBytes: 50 * (entryBytes + 4), maxSeqns: 1000}
	for s := int64(1); s <= 10_000; s++ {
		if s%3 == 0 {
			k.add(Entry{Seqn: s, Value: []byte("four")})
		}
		k.trim(s)
		assert.T(t, k.bytes <= k.maxBytes && s-k.floor <= k.maxSeqns)
		next := k.floor/3*3 + 3
		for i := k.first(k.floor + 1); i < k.next; i++ {
			assert.Equal(t, next, k.at(i).Seqn)
			next += 3
		}
		assert.T(t, next > s, next, s)
		assert.T(t, len(k.chunks) <= 2, len(k.chunks))
	}
}

func TestMessageMustBeWellFormed(t *testing.T) {
	bad := []Message{
		{}, {Kind: 99, Lo: 1, Hi: 2, Round: 1},
		{Kind: Nominate, Lo: 0, Hi: 1, Round: 1}, {Kind: Nominate, Lo: 2, Hi: 2, Round: 1}, {Kind: Nominate, Lo: 1, Hi: 2},
		{Kind: Nominate, Lo: 1, Hi: 3, Round: 1, Value: []byte("x")}, {Kind: Nominate, Lo: 1, Hi: 2, Round: maxRound + 1},
		{Kind: Rsvp, Lo: 1, Hi: 2, Round: 2, VRound: 2}, {Kind: Rsvp, Lo: 1, Hi: 2, Round: 2, Value: []byte("x")},
		{Kind: Reject, Lo: 1, Hi: 2, Round: 2, VRound: 2}, {Kind: Value, Lo: 1, Hi: 3, Value: []byte("x")},
		{Kind: Pass, Num: 1}, {Kind: Pass, Value: []byte("x")}, {Kind: Pass, Num: -1, Value: []byte("x")},
		{Kind: Beat, Lo: -1}, {Kind: Beat, IDs: make([]ID, maxIDs+1)},
	}
	for _, msg := range bad {
		assert.T(t, !msg.valid(), fmt.Sprintf("%+v", msg))
	}
	good := []Message{
		{Kind: Nominate, Lo: 1, Hi: 2, Round: 1, Value: []byte("x")}, {Kind: Invite, Lo: 1, Hi: 900, Round: 2},
		{Kind: Rsvp, Lo: 1, Hi: 2, Round: 2, VRound: 1, Value: []byte("x")}, {Kind: Rsvp, Lo: 1, Hi: 9, Round: 3, VRound: 2},
		{Kind: Reject, Lo: 1, Hi: 2, Round: 3, VRound: 1}, {Kind: Pass, Num: 1, Value: []byte("x")},
	}
	for _, msg := range good {
		assert.T(t, msg.valid(), fmt.Sprintf("%+v", msg))
	}
}
