package consensus

import (
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// leaseTime is a lease of the default length.
const leaseTime = DefaultFill / 4 * 3

// reads hands a read to node id, and reports whether it was answered at once,
// with no message.
func (c *cluster) readsAtOnce(id ID, key uint64) bool {
	before := c.sent
	c.ms[id].Read(c.now, key)
	c.run()
	return c.ended(id, key) != nil && c.sent == before
}

func (c *cluster) mayRead(id ID) bool { return c.now < c.ms[id].ReadUntil() }

func TestLeasesAnswerReadsWithNoMessage(t *testing.T) {
	for _, ids := range [][]ID{{"a"}, {"a", "b"}, {"a", "b", "c"}, {"a", "b", "c", "d", "e"}} {
		c := newCluster(t, 64, ids...)
		for i, id := range ids {
			c.propose(id, uint64(i+1))
			c.run()
			c.mustEnd(id, uint64(i+1), OK)
		}
		for i, id := range ids {
			assert.T(t, c.mayRead(id), ids, id)
			assert.T(t, c.readsAtOnce(id, uint64(100+i)), ids, id)
		}
	}
}

// TestWriteWaitsForHolder: what one member cannot have heard of is not
// acknowledged before its leases are over, and then is.
func TestWriteWaitsForHolder(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	c.drop = func(_, to ID, msg *Message) bool { return to == "c" && msg.Kind != Beat && msg.Kind != Grant }
	c.propose("a", 1)
	for range 200 {
		c.pass(time.Millisecond)
		if c.ended("a", 1) != nil {
			break
		}
		assert.Equal(t, 0, len(c.logs["b"]), "learned, and c may not know")
	}
	c.mustEnd("a", 1, OK)
	assert.T(t, !c.mayRead("c"), "reads what is no more")
	assert.T(t, c.mayRead("a") || !c.readsAtOnce("a", 2))
}

// TestSilentHolder: it is waited for as long as a lease lasts, and no longer.
func TestSilentHolder(t *testing.T) {
	c := newCluster(t, 256, "a", "b", "c")
	c.kill("b")
	at := c.now
	c.propose("a", 1)
	for c.ended("a", 1) == nil && c.now-at < int64(time.Second) {
		c.pass(time.Millisecond)
	}
	c.mustEnd("a", 1, OK)
	took := time.Duration(c.now - at)
	assert.T(t, took < leaseTime+10*time.Millisecond, took)
}

// TestGapInHoldIsGrantorsToJudge: requests of c are under way for so long that
// its holds end, and a writes what c does not hear of. The grants that answer
// them tell of that write, though c asked again before its lease was over.
func TestGapInHoldIsGrantorsToJudge(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	asked, open := c.now, false
	var told []int64
	c.drop = func(from, to ID, msg *Message) bool {
		switch {
		case from == "c" && msg.Kind == Beat && !open:
			msg.Num = 0 // it is on its way
		case from == "c" && msg.Kind == Beat:
			msg.Num = asked
		case to == "c" && msg.Kind == Grant && open:
			told = append(told, msg.Lo)
		case to == "c":
			return msg.Kind != Beat
		}
		return false
	}
	c.pass(2 * leaseTime)
	c.propose("a", 1)
	c.pass(DefaultFill / 2) // c hears by a heartbeat that it has to skip
	c.mustEnd("a", 1, OK)
	open = true
	c.pass(DefaultFill / 2)
	assert.T(t, len(told) > 0)
	for _, seen := range told {
		assert.Equal(t, c.logs["a"][0].Seqn, seen)
	}
	assert.Equal(t, int64(0), c.ms["c"].ReadUntil())
}

// TestLeaseIsAsLongAsTheGrantorSays: a member that was started with a longer
// fill counts on a grant no longer than its grantor holds it.
func TestLeaseIsAsLongAsTheGrantorSays(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	cfg := &c.ms["c"].cfg
	cfg.Fill, cfg.Lease = 4*cfg.Fill, 4*cfg.Lease
	c.pass(2 * DefaultFill)
	assert.T(t, c.mayRead("c"))
	c.drop = func(from, to ID, _ *Message) bool { return from == "c" || to == "c" }
	c.propose("a", 1)
	for c.ended("a", 1) == nil {
		c.pass(time.Millisecond)
	}
	c.mustEnd("a", 1, OK)
	assert.T(t, !c.mayRead("c"))
}

// TestNoLeaseForTheDeaf: a member that some other does not hear gets none, so
// a cut link costs no write more than the fill.
func TestNoLeaseForTheDeaf(t *testing.T) {
	c := newCluster(t, 1024, "a", "b", "c")
	c.drop = func(from, to ID, _ *Message) bool { return from == "b" && to == "c" || from == "c" && to == "b" }
	c.pass(time.Second)
	assert.T(t, !c.mayRead("b") && !c.mayRead("c"))
	c.propose("a", 1)
	c.pass(2 * time.Millisecond)
	c.mustEnd("a", 1, OK)
}

// TestLeaseWithoutMajority: alone, a node reads for as long as its grants
// last, and then no more.
func TestLeaseWithoutMajority(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	c.kill("b")
	c.kill("c")
	assert.T(t, c.mayRead("a"))
	c.now += int64(leaseTime)
	assert.T(t, !c.mayRead("a"))
}

func TestNoLeases(t *testing.T) {
	m, err := New(Config{Self: "a", Lease: -1}, State{Configs: []Membership{{From: 1, Members: []ID{"a", "b", "c"}}}})
	assert.Equal(t, nil, err)
	m.LinkUp(1, "b")
	m.Step(2, "b", []Message{{Kind: Beat, IDs: []ID{"a"}, Num: 1}})
	m.Tick(int64(DefaultFill))
	var out Output
	m.Take(&out)
	for _, o := range out.Messages {
		for _, msg := range o.Msgs {
			assert.T(t, msg.Kind != Grant && msg.Num == 0)
		}
	}
}

// TestVotesNameHolders: by votes alone, as the coordinator counts them.
func TestVotesNameHolders(t *testing.T) {
	var c coordinator
	c.propose([]byte("v"))
	a, b, d := 0, 1, 3
	holds := func(places ...int) (s members) {
		for _, i := range places {
			s = s.with(i)
		}
		return s
	}
	assert.T(t, !c.vote(a, 1, holds(b, d), 4))
	assert.T(t, !c.vote(b, 1, holds(a, d), 4))
	assert.T(t, !c.vote(2, 1, holds(a, b, d), 4), "a quorum, and d has not voted")
	assert.T(t, !c.vote(a, 1, holds(b), 4))
	assert.T(t, !c.vote(b, 1, holds(a, d), 4), "doubled")
	assert.T(t, !c.vote(b, 1, holds(a), 4))
	assert.T(t, !c.vote(b, 1, holds(a, d), 4), "late: it did not hold d once, and what it grants later tells of this")
	assert.T(t, c.vote(2, 1, holds(a), 4))

	c = coordinator{}
	c.propose([]byte("v"))
	assert.T(t, !c.vote(a, 1, holds(d), 4))
	assert.T(t, !c.vote(b, 1, holds(d), 4))
	assert.T(t, !c.vote(2, 1, holds(d), 4))
	assert.T(t, c.vote(d, 1, 0, 4), "every holder has voted")
}
