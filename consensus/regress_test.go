package consensus

import (
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// TestStrangerIsNoSource: who is neither a member nor registered may claim to
// be ahead of everybody, and is not believed, nor asked.
func TestStrangerIsNoSource(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	c.propose("a", 1)
	c.run()
	m := c.ms["a"]
	m.LinkUp(c.now, "z")
	for range 20 {
		m.Step(c.now, "z", []Message{{Kind: Beat, Lo: 1 << 40, Hi: 1 << 40, IDs: []ID{"a"}}})
		next := m.applied + 1
		m.Step(c.now, "z", []Message{{Kind: Value, Lo: next, Hi: next + 1, Value: []byte("evil")}, {Kind: Behind, Lo: 1 << 30}})
		c.pass(20 * time.Millisecond)
		assert.T(t, m.source == nil && m.out.Snapshot == "")
	}
	assert.Equal(t, 1, len(c.logs["a"]))
}

// TestRegisteredNodeMayBeSource: a member learns from a follower what nobody
// else alive has.
func TestRegisteredNodeMayBeSource(t *testing.T) {
	c := newCluster(t, 64, "a", "b")
	c.kill("b")
	m := c.ms["a"]
	m.LinkUp(c.now, "f")
	m.Vouch("f", true)
	for range 20 {
		m.Step(c.now, "f", []Message{{Kind: Beat, Lo: 2, Hi: 2}, {Kind: Value, Lo: 1, Hi: 2, Value: []byte("v")}, {Kind: Value, Lo: 2, Hi: 3}})
		c.pass(20 * time.Millisecond)
	}
	assert.Equal(t, []Entry{{1, []byte("v")}}, c.logs["a"])
}

// TestSkipThatWasAppliedIsTold: b hears of a's use from c's heartbeat before
// it gets a's NOMINATE, skips its slot for c, and applies it. It still owes a
// the skip.
func TestSkipThatWasAppliedIsTold(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	c.propose("a", 1)
	c.run()
	var late []Message
	c.drop = func(from, to ID, msg *Message) bool {
		if from == "a" && to == "b" {
			late = append(late, *msg)
		}
		return from == "a" && to == "b" || from == "b" && to == "a" || msg.Kind == Follow
	}
	c.propose("a", 2)
	c.run()
	c.ms["c"].beat(c.ms["c"].node("b")) // with the use of a's slot
	c.run()
	at := c.now
	c.drop = nil
	c.ms["b"].Step(c.now, "a", late)
	c.run()
	assert.Equal(t, at, c.now)
	c.mustEnd("a", 2, OK) // without waiting for anything
}

// TestLargeValueIsNotRepeatedInHaste: a megabyte takes its time on the way.
func TestLargeValueIsNotRepeatedInHaste(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	nominated := 0
	c.drop = func(_, _ ID, msg *Message) bool {
		if msg.Kind == Nominate && len(msg.Value) > 1000 {
			nominated++
		}
		return msg.Kind == Nominate || msg.Kind == Invite
	}
	c.ms["a"].Propose(c.now, 1, make([]byte, 1<<20))
	c.pass(100 * time.Millisecond)
	assert.Equal(t, 2, nominated)
	c.drop = nil
	c.pass(time.Second)
	c.mustEnd("a", 1, OK)
}

// TestSleeperSuspectsNobody: who was asleep does not blame the others for what
// it did not hear meanwhile, nor the log for having stood still.
func TestSleeperSuspectsNobody(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	c.propose("a", 1)
	c.run()
	m := c.ms["a"]
	c.now += int64(10 * DefaultFill)
	m.Tick(c.now)
	for _, x := range m.nodes {
		assert.T(t, !m.suspect(x) && !x.cutOff, x.id)
		assert.T(t, x.heard <= c.now)
	}
	assert.T(t, m.tipAt <= c.now)
}

// TestNewMemberIsNotCutOff: of one that has just become a member no heartbeat
// has spoken yet. That is no reason to fill its slots.
func TestNewMemberIsNotCutOff(t *testing.T) {
	const alpha = 1024
	old := []ID{"a", "b", "c"}
	c := newCluster(t, alpha, old...)
	c.join("d", alpha, State{Configs: []Membership{{From: 1, Members: old}}})
	c.change = map[string][]ID{"a-1": {"a", "b", "c", "d"}}
	c.propose("a", 1)
	c.run()
	c.pass(2 * DefaultFill)
	assert.T(t, c.ms["d"].Info().Member)
	c.propose("d", 2)
	c.run()
	assert.T(t, c.mustEnd("d", 2, OK).Seqn < alpha+alpha/4, c.ended("d", 2).Seqn)
}

// TestBackOffOncePerMessage: a REJECT of many slots is one piece of news.
func TestBackOffOncePerMessage(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	m := c.ms["a"]
	m.fillSlots(m.node("b"), m.win.lo, 40)
	r := m.win.at(m.coordinated).coord.round
	m.Step(c.now, "c", []Message{{Kind: Reject, Lo: 1, Hi: 41, Round: r + 5, VRound: r}})
	assert.Equal(t, int64(DefaultFill)/4, m.fillDelay)
}

// TestOwnerSkipsWhatItPassesOver: an owner that comes back among rounds of
// others that never ended goes on at once.
func TestOwnerSkipsWhatItPassesOver(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	c.propose("a", 1)
	c.run()
	c.drop = func(_, _ ID, msg *Message) bool { return msg.Kind == Rsvp }
	cm := c.ms["c"]
	for _, up := range []bool{false, true} {
		for _, id := range []ID{"a", "b"} {
			for _, end := range [][2]ID{{id, "c"}, {"c", id}} {
				if up {
					c.ms[end[0]].LinkUp(c.now, end[1])
				} else {
					c.ms[end[0]].LinkDown(c.now, end[1])
				}
			}
		}
		c.run()
	}
	c.pass(DefaultFill / 2)
	c.drop = nil
	assert.T(t, c.ms["a"].coordinated > cm.next, "its slots are promised away")
	c.propose("c", 7)
	c.run()
	c.pass(DefaultFill * 3 / 4) // what was lost is said again when two heartbeats tell that nothing moves
	c.mustEnd("c", 7, OK)
}

// TestPassedBytesAreBounded: a follower keeps back what would not fit in the
// queue of its link, and passes it on when there is room.
func TestPassedBytesAreBounded(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	c.join("f", 64, State{Configs: []Membership{{From: 1, Members: []ID{"a", "b", "c"}}}})
	m, most := c.ms["f"], int64(0)
	c.drop = func(_, _ ID, _ *Message) bool {
		most = max(most, m.passedBytes)
		return false
	}
	for key := range uint64(40) {
		m.Propose(c.now, key, make([]byte, 1<<20))
	}
	c.pass(time.Second)
	for key := range uint64(40) {
		c.mustEnd("f", key, OK)
	}
	assert.T(t, most > 0 && most <= DefaultMaxInflight)
	assert.Equal(t, int64(0), m.passedBytes)
}

// TestEndedProposalsAreLetGo: one open proposal does not hold the memory of all
// that came and ended after it.
func TestEndedProposalsAreLetGo(t *testing.T) {
	c := newCluster(t, 4096, "a", "b", "c")
	c.discard = true
	m := c.ms["a"]
	c.join("f", 4096, State{Applied: m.applied, Configs: m.Configs()})
	f, hung := c.ms["f"], ID("")
	c.drop = func(_, to ID, msg *Message) bool {
		if msg.Kind == Pass && hung == "" {
			hung = to
			return true // its answer never comes
		}
		return false
	}
	f.Propose(c.now, 1, []byte("hung"))
	c.run()
	for key := range uint64(5000) {
		f.Propose(c.now, 2+key, make([]byte, 100))
		c.run()
		f.Tick(c.now)
	}
	kept := 0
	for _, p := range f.deadlines.items[f.deadlines.head:] {
		kept += len(p.value)
	}
	assert.T(t, kept < 1000 && f.deadlines.len() < 2100, kept, f.deadlines.len())
}

// TestRefusedIsNotPassedOnInALoop: who was refused asks again a while later.
func TestRefusedIsNotPassedOnInALoop(t *testing.T) {
	c := newCluster(t, 64, "a")
	c.join("f", 64, State{Configs: []Membership{{From: 1, Members: []ID{"a"}}}})
	passes := 0
	f := c.ms["f"]
	c.drop = func(from, _ ID, msg *Message) bool {
		if msg.Kind != Pass {
			return false
		}
		passes++
		f.Step(c.now, "a", []Message{{Kind: Refused, Num: msg.Num}})
		return true
	}
	f.Propose(c.now, 1, []byte("x"))
	c.pass(DefaultFill)
	assert.T(t, passes > 1 && passes < 10, passes)
}
