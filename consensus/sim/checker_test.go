package sim

import (
	"slices"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/consensus"
)

// bench is a cluster of three whose machines say nothing: the tests speak for
// them, and see what the checker makes of it.
func bench() *Cluster {
	p := healthy(3, 1)
	p.Alpha = 16
	c := newScript(p)
	for _, n := range c.nodes {
		n.applied, n.settled = 0, 0
	}
	c.check = newChecker(c, 0, c.firstFiles([]int{0, 1, 2}), c.check.configs[:1])
	c.check.configs[0].from, c.shown = 1, 0
	for range 3 {
		o := c.newOp(c.nodes[0], nil)
		o.begun, o.mut = true, mutation{id: uint32(o.key) + 1, op: opSet, rev: clobber}
		o.bytes = c.encode(o.mut)
	}
	return c
}

// says has a node send one message to another.
func (c *Cluster) says(from, to int, msg consensus.Message) {
	if msg.Hi == 0 {
		msg.Hi = msg.Lo + 1
	}
	c.check.sent(c.nodes[from], []consensus.Outbound{{To: c.nodes[to].id, Msgs: []consensus.Message{msg}}})
}

func (c *Cluster) applies(n int, s int64, v []byte) {
	c.check.applied(c.nodes[n], s, s+1, v)
	c.nodes[n].applied, c.nodes[n].settled = s, s
}

// checkerTest is a history that the checker is told of, and the failure that it
// is to find; none: "".
type checkerTest struct {
	name string
	want string
	play func(c *Cluster, v [][]byte)
}

const (
	nominate = consensus.Nominate
	vote     = consensus.Vote
	rsvp     = consensus.Rsvp
	learn    = consensus.Learn
	value    = consensus.Value
	skip     = consensus.Skip
)

// roundTests are about who may nominate what. At seqn 1 the owner is n1, and
// round 2 is n2's.
func roundTests() []checkerTest {
	return []checkerTest{
		{"a mutation is chosen", "", func(c *Cluster, v [][]byte) {
			c.says(1, 2, consensus.Message{Kind: nominate, Lo: 1, Round: 1, Value: v[0]})
			c.says(2, 1, consensus.Message{Kind: vote, Lo: 1, Round: 1})
			c.applies(1, 1, v[0])
			c.says(1, 0, consensus.Message{Kind: learn, Lo: 1, Round: 1})
			c.applies(0, 1, v[0])
			c.says(2, 0, consensus.Message{Kind: skip, Lo: 2})
			c.applies(0, 2, nil)
		}},
		{"learned without votes", "without a quorum", func(c *Cluster, v [][]byte) {
			c.says(1, 2, consensus.Message{Kind: nominate, Lo: 1, Round: 1, Value: v[0]})
			c.says(1, 0, consensus.Message{Kind: value, Lo: 1, Value: v[0]})
		}},
		{"the vote of one that is no member", "without a quorum", func(c *Cluster, v [][]byte) {
			c.says(1, 2, consensus.Message{Kind: nominate, Lo: 1, Round: 1, Value: v[0]})
			c.says(3, 1, consensus.Message{Kind: vote, Lo: 1, Round: 1})
			c.applies(1, 1, v[0])
		}},
		{"two values in one round", "nominates #1 and #2 in round 1", func(c *Cluster, v [][]byte) {
			c.says(1, 2, consensus.Message{Kind: nominate, Lo: 1, Round: 1, Value: v[0]})
			c.says(1, 0, consensus.Message{Kind: nominate, Lo: 1, Round: 1, Value: v[1]})
		}},
		{"a value of a later round's own", "which round 1 did not", func(c *Cluster, v [][]byte) {
			c.says(2, 1, consensus.Message{Kind: nominate, Lo: 1, Round: 2, Value: v[0]})
		}},
		{"a later round without promises", "without a quorum of promises", func(c *Cluster, v [][]byte) {
			c.says(3, 2, consensus.Message{Kind: rsvp, Lo: 1, Round: 2})
			c.says(2, 1, consensus.Message{Kind: nominate, Lo: 1, Round: 2})
		}},
	}
}

// memoryTests are about what was said before.
func memoryTests() []checkerTest {
	return []checkerTest{
		{"a vote against a promise", "having promised 2", func(c *Cluster, v [][]byte) {
			c.says(0, 2, consensus.Message{Kind: rsvp, Lo: 1, Round: 2})
			c.says(1, 0, consensus.Message{Kind: nominate, Lo: 1, Round: 1, Value: v[0]})
			c.says(0, 1, consensus.Message{Kind: vote, Lo: 1, Round: 1})
		}},
		{"a forgotten vote", "but voted in 1", func(c *Cluster, v [][]byte) {
			c.says(1, 0, consensus.Message{Kind: nominate, Lo: 1, Round: 1, Value: v[0]})
			c.says(0, 1, consensus.Message{Kind: vote, Lo: 1, Round: 1})
			c.says(0, 2, consensus.Message{Kind: rsvp, Lo: 1, Round: 2})
		}},
		{"a skip of a nominated slot", "where it nominated #1", func(c *Cluster, v [][]byte) {
			c.says(1, 0, consensus.Message{Kind: nominate, Lo: 1, Round: 1, Value: v[0]})
			c.says(1, 2, consensus.Message{Kind: skip, Lo: 1})
		}},
		{"a nomination at a skipped slot", "which was skipped", func(c *Cluster, v [][]byte) {
			c.says(1, 2, consensus.Message{Kind: skip, Lo: 1})
			c.says(1, 0, consensus.Message{Kind: nominate, Lo: 1, Round: 1, Value: v[0]})
		}},
		{"a vote at an applied seqn", "having applied 1", func(c *Cluster, v [][]byte) {
			c.applies(0, 1, nil)
			c.says(0, 2, consensus.Message{Kind: rsvp, Lo: 1, Round: 2})
		}},
		{"nop and a mutation", "agreement", func(c *Cluster, v [][]byte) {
			c.applies(0, 1, nil)
			c.applies(2, 1, v[0])
		}},
		{"a gap", "after a gap", func(c *Cluster, v [][]byte) { c.applies(0, 2, nil) }},
		{"beyond the window", "its window ends at 16", func(c *Cluster, v [][]byte) {
			c.says(1, 2, consensus.Message{Kind: value, Lo: 3, Hi: 18})
		}},
	}
}

// clientTests are about mutations and answers.
func clientTests() []checkerTest {
	return []checkerTest{
		{"nobody's mutation", "nobody proposed", func(c *Cluster, v [][]byte) {
			c.choose(1, c.encode(mutation{id: 99, op: opSet, rev: clobber}))
		}},
		{"another mutation under that name", "nobody proposed", func(c *Cluster, v [][]byte) {
			c.choose(1, c.encode(mutation{id: 1, op: opSet, arg: 1, rev: clobber}))
		}},
		{"one mutation twice", "applied at 1 and again at 2", func(c *Cluster, v [][]byte) {
			c.choose(1, v[0])
			c.choose(2, v[0])
		}},
		{"a refused mutation", "was refused", func(c *Cluster, v [][]byte) {
			c.done(c.nodes[0], consensus.Done{Key: 0, Status: consensus.Readonly})
			c.choose(1, v[0])
		}},
		{"a refusal of an applied mutation", "is refused", func(c *Cluster, v [][]byte) {
			c.choose(1, v[0])
			c.done(c.nodes[0], consensus.Done{Key: 0, Status: consensus.Readonly})
		}},
		{"an acknowledgement of what is not there", "the log has #2", func(c *Cluster, v [][]byte) {
			c.choose(1, v[1])
			c.done(c.nodes[0], consensus.Done{Key: 0, Seqn: 1})
		}},
		{"an acknowledgement ahead of the store", "having applied 0", func(c *Cluster, v [][]byte) {
			c.choose(1, v[0])
			c.nodes[0].applied = 0
			c.done(c.nodes[0], consensus.Done{Key: 0, Seqn: 1})
		}},
		{"two answers", "a second answer", func(c *Cluster, v [][]byte) {
			c.done(c.nodes[0], consensus.Done{Key: 0, Status: consensus.Unknown})
			c.done(c.nodes[0], consensus.Done{Key: 0, Status: consensus.Unknown})
		}},
		{"a stale read", "stale read", func(c *Cluster, v [][]byte) {
			c.choose(1, v[0])
			c.done(c.nodes[0], consensus.Done{Key: 0, Seqn: 1})
			c.shown = 1
			o := c.newOp(c.nodes[2], nil)
			o.read, c.nodes[2].applied = true, 0
			c.done(c.nodes[2], consensus.Done{Key: o.key, Read: true})
		}},
		{"a write below what was shown", "had been shown when it was proposed", func(c *Cluster, v [][]byte) {
			c.ops[1].floor = 1
			c.choose(1, v[1])
		}},
	}
}

// TestChecker tells the checker of good and bad histories.
func TestChecker(t *testing.T) {
	for _, tt := range slices.Concat(roundTests(), memoryTests(), clientTests()) {
		t.Run(tt.name, func(t *testing.T) {
			c := bench()
			var v [][]byte
			for _, o := range c.ops {
				v = append(v, o.bytes)
			}
			tt.play(c, v)
			if tt.want == "" {
				assert.Equal(t, nil, c.err)
			} else if c.err == nil || !strings.Contains(c.err.Error(), tt.want) {
				t.Errorf("got %v, expected %q", c.err, tt.want)
			}
		})
	}
}

// choose has v chosen at s in round 1, by the votes of all, and applied by all.
func (c *Cluster) choose(s int64, v []byte) {
	owner := c.check.config(s).coordinator(s, 1)
	c.says(owner, (owner+1)%3, consensus.Message{Kind: consensus.Nominate, Lo: s, Round: 1, Value: v})
	for i := range 3 {
		if i != owner {
			c.says(i, owner, consensus.Message{Kind: consensus.Vote, Lo: s, Round: 1})
		}
	}
	for i := range 3 {
		c.applies(i, s, v)
	}
}

// TestCheckerGoesOn holds that a majority is asked of every config from the
// seqn on, and of none before.
func TestCheckerGoesOn(t *testing.T) {
	c := bench()
	k := c.check
	k.configs = append(k.configs[:1:1], c.config(10, 0b1000))
	assert.Equal(t, true, k.majorities(0b1011, 1))
	assert.Equal(t, false, k.majorities(0b0011, 1))
	assert.Equal(t, false, k.majorities(0b1000, 9))
	assert.Equal(t, true, k.majorities(0b1000, 10))
}

// TestRegisterHistory holds small histories of one register against porcupine.
func TestRegisterHistory(t *testing.T) {
	write := func(id uint32, start, end, seqn int64) *op {
		return &op{key: uint64(id - 1), mut: mutation{id: id, rev: clobber}, start: start, end: end, seqn: seqn}
	}
	read := func(start, end int64, shows register) *op {
		return &op{read: true, start: start, end: end, got: [maxKeys]register{shows}}
	}
	cas := func(o *op, want int64, code int32) *op { o.mut.rev, o.code = want, code; return o }
	del := func(o *op) *op { o.mut.op = opDel; return o }
	lose := func(o *op) *op { o.status = consensus.Unknown; return o }
	tests := []struct {
		name string
		good bool
		ops  []*op
	}{
		{"a read after a write", true, []*op{write(1, 1, 2, 5), read(3, 4, register{1, 5})}},
		{"a stale read", false, []*op{write(1, 1, 2, 5), read(3, 4, register{})}},
		{"a read beside a write", true, []*op{write(1, 1, 4, 5), read(2, 3, register{})}},
		{"two reads that go back", false, []*op{write(1, 1, 9, 5), read(2, 3, register{1, 5}), read(4, 5, register{})}},
		{"writes against their revisions", false, []*op{write(1, 1, 2, 6), write(2, 3, 4, 5)}},
		{"an unknown write that is seen", true, []*op{lose(write(1, 1, 2, 0)), read(8, 9, register{1, 5})}},
		{"an unknown write that comes late", true, []*op{lose(write(1, 1, 2, 0)), read(3, 4, register{}), read(8, 9, register{1, 5})}},
		{"an unknown write that comes and goes", false, []*op{lose(write(1, 1, 2, 0)), read(3, 4, register{1, 5}), read(8, 9, register{})}},
		{"a condition that held", true, []*op{write(1, 1, 2, 5), cas(write(2, 3, 4, 6), 5, codeOK)}},
		{"a condition that did not hold", false, []*op{write(1, 1, 2, 5), cas(write(2, 3, 4, 6), 0, codeOK)}},
		{"a condition that held for a later revision", true, []*op{write(1, 1, 2, 5), cas(write(2, 3, 4, 6), 9, codeOK)}},
		{"a failure though the condition held", false, []*op{write(1, 1, 2, 5), cas(write(2, 3, 4, 6), 5, codeMismatch)}},
		{"a read that shows a write before it begins", false, []*op{read(1, 2, register{1, 5}), write(1, 3, 4, 5)}},
		{"writes that overlap, and reads between them", true, []*op{write(1, 1, 9, 6), write(2, 2, 8, 5),
			read(3, 4, register{2, 5}), read(5, 6, register{1, 6})}},
		{"writes that overlap, and reads against them", false, []*op{write(1, 1, 9, 6), write(2, 2, 8, 5),
			read(3, 4, register{1, 6}), read(5, 6, register{2, 5})}},
		{"a deletion", true, []*op{write(1, 1, 2, 5), del(write(2, 3, 4, 6)), read(5, 6, register{})}},
		{"a deletion that is not seen", false, []*op{write(1, 1, 2, 5), del(write(2, 3, 4, 6)), read(5, 6, register{1, 5})}},
		{"a write against the revision of a deletion", false, []*op{del(write(1, 1, 2, 6)), write(2, 3, 4, 5)}},
		{"a failure for what another register holds", true, []*op{write(1, 1, 2, 5), cas(write(2, 3, 4, 6), 5, codeIsDir)}},
	}
	fate := func(o *op) (int64, int32) { return 5, codeOK }
	for _, tt := range tests {
		steps := maxSearch
		good := linear(registerHistory(tt.ops, 0, fate), &steps)
		if good != tt.good {
			t.Errorf("%s: linearizable: %v", tt.name, good)
		}
	}
}
