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
