package consensus

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

const ms = int64(time.Millisecond)

// cluster is a handful of machines on a network that loses nothing, and
// delivers at once; time moves only when the test says so.
type cluster struct {
	t       testing.TB
	now     int64
	ids     []ID
	ms      map[ID]*Machine
	dead    map[ID]bool
	logs    map[ID][]Entry
	done    map[ID][]Done
	sent    int             // messages
	okay    int             // proposals and reads that ended well
	change  map[string][]ID // mutations that change the members
	discard bool            // keep neither logs nor answers
	drop    func(from, to ID, msg *Message) bool

	// Used again and again, so that a benchmark sees the machines' own allocations.
	out   Output
	codes []int32
	msgs  []Message
}

// join adds a node that is linked to all, and no member.
func (c *cluster) join(id ID, alpha int64, st State) {
	m, err := New(Config{Self: id, Alpha: alpha}, st)
	if err != nil {
		panic(err)
	}
	for _, o := range c.ids {
		c.ms[o].LinkUp(c.now, id)
		m.LinkUp(c.now, o)
	}
	c.ids, c.ms[id] = append(c.ids, id), m
	c.pass(2 * DefaultFill)
}

func newCluster(t testing.TB, alpha int64, ids ...ID) *cluster {
	c := &cluster{t: t, now: ms, ids: ids, ms: map[ID]*Machine{}, dead: map[ID]bool{}, logs: map[ID][]Entry{}, done: map[ID][]Done{}}
	for _, id := range ids {
		m, err := New(Config{Self: id, Alpha: alpha}, State{Configs: []Membership{{From: 1, Members: ids}}})
		if err != nil {
			panic(err)
		}
		c.ms[id] = m
	}
	for _, a := range ids {
		for _, b := range ids {
			c.ms[a].LinkUp(c.now, b)
		}
	}
	c.pass(2 * DefaultFill)
	return c
}

// run carries out what the machines want until nobody wants anything.
func (c *cluster) run() {
	for busy := true; busy; {
		busy = false
		for _, id := range c.ids {
			busy = c.drive(id) || busy
		}
	}
}

func (c *cluster) drive(id ID) bool {
	m := c.ms[id]
	if c.dead[id] {
		return false
	}
	for {
		entries, _, ok := m.Entries()
		if !ok {
			break
		}
		if !c.discard {
			c.logs[id] = append(c.logs[id], entries...)
		}
		var changes []Membership
		for _, e := range entries {
			if ids := c.change[string(e.Value)]; ids != nil {
				changes = append(changes, Membership{From: e.Seqn, Members: ids})
			}
		}
		c.codes = slices.Grow(c.codes[:0], len(entries))[:len(entries)]
		m.Applied(c.now, c.codes, changes)
	}
	m.Take(&c.out)
	if !c.discard {
		c.done[id] = append(c.done[id], c.out.Done...)
	}
	for i := range c.out.Done {
		if c.out.Done[i].Status == OK {
			c.okay++
		}
	}
	for _, o := range c.out.Messages {
		msgs := c.delivered(id, o)
		if to := c.ms[o.To]; to != nil && !c.dead[o.To] && len(msgs) > 0 {
			to.Step(c.now, id, msgs)
		}
	}
	return len(c.out.Messages) > 0
}

// delivered is what comes of what a node says, valid until the next call. It is a copy: drop may change it.
func (c *cluster) delivered(from ID, o Outbound) []Message {
	c.sent += len(o.Msgs)
	c.msgs = append(c.msgs[:0], o.Msgs...)
	if c.drop == nil {
		return c.msgs
	}
	kept := c.msgs[:0]
	for i := range c.msgs {
		if !c.drop(from, o.To, &c.msgs[i]) {
			kept = append(kept, c.msgs[i])
		}
	}
	return kept
}

// pass lets time go by in ticks.
func (c *cluster) pass(d time.Duration) {
	for end := c.now + int64(d); c.now < end; {
		c.now += 2 * ms
		for _, id := range c.ids {
			if !c.dead[id] {
				c.ms[id].Tick(c.now)
			}
		}
		c.run()
	}
}

// kill ends a node, and its links with it.
func (c *cluster) kill(id ID) {
	c.dead[id] = true
	for _, o := range c.ids {
		if o != id {
			c.ms[o].LinkDown(c.now, id)
		}
	}
	c.run()
}

func (c *cluster) propose(id ID, key uint64) {
	c.ms[id].Propose(c.now, key, []byte(fmt.Sprintf("%s-%d", id, key)))
}

func (c *cluster) ended(id ID, key uint64) *Done {
	for i := range c.done[id] {
		if c.done[id][i].Key == key {
			return &c.done[id][i]
		}
	}
	return nil
}

func (c *cluster) mustEnd(id ID, key uint64, s Status) *Done {
	c.t.Helper()
	d := c.ended(id, key)
	if d == nil {
		c.t.Fatalf("%s/%d did not end", id, key)
	}
	if d.Status != s {
		c.t.Fatalf("%s/%d ended with %d, not %d", id, key, d.Status, s)
	}
	return d
}

func TestAloneCommitsAtOnce(t *testing.T) {
	c := newCluster(t, 16, "a")
	for k := uint64(1); k <= 100; k++ {
		c.propose("a", k)
	}
	c.ms["a"].Read(c.now, 1000)
	c.run()
	assert.Equal(t, 100, len(c.logs["a"]))
	assert.Equal(t, int64(100), c.mustEnd("a", 100, OK).Seqn)
	c.mustEnd("a", 1000, OK)
}

func TestLoneWriterCommitsInOneRoundTrip(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	c.propose("b", 1)
	c.drive("b")
	c.drive("a")
	c.drive("c")
	c.drive("b")
	c.mustEnd("b", 1, OK)
	c.run()
	for _, id := range c.ids {
		assert.Equal(t, 1, len(c.logs[id]))
	}
	before := c.sent
	c.propose("b", 2)
	c.run()
	c.mustEnd("b", 2, OK)
	// Two NOMINATE, VOTE, SKIP and LEARN.
	assert.Equal(t, 8, c.sent-before)
}

func TestThreeWriters(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	for k := uint64(1); k <= 300; k++ {
		c.propose(c.ids[k%3], k)
		if k%7 == 0 {
			c.run()
		}
	}
	c.run()
	for k := uint64(1); k <= 300; k++ {
		c.mustEnd(c.ids[k%3], k, OK)
	}
	assert.Equal(t, 300, len(c.logs["a"]))
	assert.Equal(t, c.logs["a"], c.logs["b"])
	assert.Equal(t, c.logs["a"], c.logs["c"])
	assert.Equal(t, int64(0), c.ms["a"].contradictions)
}

func TestDeadMemberIsFilledAhead(t *testing.T) {
	for _, dead := range []ID{"a", "b", "c"} {
		c := newCluster(t, 256, "a", "b", "c")
		c.kill(dead)
		c.pass(DefaultFill) // until the dead one holds no lease
		key := uint64(0)
		for _, id := range c.ids {
			if id == dead {
				continue
			}
			for range 1000 {
				key++
				c.propose(id, key)
				c.run()
				c.mustEnd(id, key, OK)
			}
		}
	}
}

func TestQuorumReadSeesAcknowledgedWrites(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	// c hears of no LEARN, so that its store is behind when it is asked.
	c.drop = func(_, to ID, msg *Message) bool { return to == "c" && (msg.Kind == Learn || msg.Kind == Value) }
	c.propose("a", 1)
	c.run()
	c.mustEnd("a", 1, OK)
	c.ms["c"].Read(c.now, 2)
	c.run()
	assert.T(t, c.ended("c", 2) == nil)
	c.drop = nil
	c.pass(time.Second)
	c.mustEnd("c", 2, OK)
	assert.Equal(t, 1, len(c.logs["c"]))
}

func TestNoMajority(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	c.kill("b")
	c.kill("c")
	c.propose("a", 1)
	c.ms["a"].Read(c.now, 2)
	c.pass(5100 * time.Millisecond)
	c.mustEnd("a", 1, Unknown)
	c.mustEnd("a", 2, NoQuorum)
}

func TestIdleClusterStandsStill(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	c.propose("a", 1)
	c.pass(time.Second)
	before := c.ms["a"].applied
	c.pass(10 * time.Second)
	assert.Equal(t, before, c.ms["a"].applied)
	assert.Equal(t, before, c.ms["b"].applied)
}
