package consensus

import (
	"testing"

	"github.com/bmizerany/assert"
)

// TestVotesOfOtherRoundsDoNotCount: a quorum is a majority in one round. Chance
// finds this too seldom for the simulator to be relied on.
func TestVotesOfOtherRoundsDoNotCount(t *testing.T) {
	var c coordinator
	c.propose([]byte("x"))
	assert.T(t, !c.vote(0, 1, 0, 5))
	assert.T(t, !c.vote(1, 1, 0, 5))
	c.open(6)
	for from := range 3 {
		c.rsvp(from, 6, 1, []byte("x"), 5)
	}
	assert.T(t, c.nominated)
	assert.T(t, !c.vote(0, 6, 0, 5), "the votes of round 1 are not kept")
	assert.T(t, !c.vote(1, 6, 0, 5))
	assert.T(t, !c.vote(2, 1, 0, 5), "late, and of round 1")
	assert.T(t, !c.vote(3, 1, 0, 5))
	assert.T(t, !c.vote(4, 11, 0, 5), "of a round to come")
	assert.T(t, c.vote(2, 6, 0, 5))
}

// TestVotesThatNameDifferentHoldersStayApart: a vote for a nop names nobody, the
// one for the mutation after it does, and is not merged into it.
func TestVotesThatNameDifferentHoldersStayApart(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	m := c.ms["a"]
	s := m.win.lo
	for m.configs.at(s).coordinator(s, 2) == m.self {
		s++
	}
	x := m.configs.at(s).coordinator(s, 2)
	m.Step(c.now, x.id, []Message{
		{Kind: Nominate, Lo: s, Hi: s + 1, Round: 2},
		{Kind: Nominate, Lo: s + 3, Hi: s + 4, Round: 2, Value: []byte("v")},
	})
	var named []int64
	for _, msg := range x.out {
		if msg.Kind == Vote {
			named = append(named, msg.Num)
		}
	}
	assert.Equal(t, 2, len(named))
	assert.T(t, named[0] == 0 && named[1] != 0)
}
