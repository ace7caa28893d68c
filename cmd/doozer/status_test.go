package main

import (
	"errors"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// A majority that does not answer is no quorum, though one node tells a revision still,
// as it may for as long as it has a lease.
func TestStatusOfASilentMajority(t *testing.T) {
	for _, c := range []struct {
		members, alive int
		told           error
		none           bool
	}{
		{0, 0, nil, false}, // a tree without members tells nothing of them
		{1, 1, nil, false}, {1, 0, nil, true},
		{3, 1, nil, true}, {3, 2, nil, false}, {3, 3, client.ErrNoQuorum, true},
		{4, 2, nil, true}, {4, 3, nil, false},
	} {
		cl := &cluster{rev: 5, quorum: c.told}
		for i := range c.members {
			cl.nodes = append(cl.nodes, &node{Slot: "s", Addr: "a", Answers: i < c.alive})
		}
		assert.Equal(t, c.none, errors.Is(cl.noQuorum(), client.ErrNoQuorum), c)
	}
}

// No node is ahead of the revision that is told beside it, and how far behind one is that
// does not answer nobody knows.
func TestStatusAgrees(t *testing.T) {
	cl := &cluster{rev: 5, nodes: []*node{{ID: "A", Answers: true, Applied: 9}, {ID: "B", Answers: true, Applied: 7}, {ID: "C", Applied: 2}}}
	cl.compare()
	assert.Equal(t, int64(9), cl.rev)
	assert.Equal(t, int64(0), *cl.nodes[0].Lag)
	assert.Equal(t, int64(2), *cl.nodes[1].Lag)
	assert.T(t, cl.nodes[2].Lag == nil)
}
