package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ha/doozer/consensus"
)

const (
	us = int64(time.Microsecond)
	ms = int64(time.Millisecond)
)

// firstRev is the revision that a world begins with.
const firstRev = 1 << 20

// plan is how a world is made.
type plan struct {
	seed      uint64
	members   int
	followers int
	fill      time.Duration // as in consensus.Config
	lease     time.Duration // likewise
	costs     costs
	cores     int     // of each node's machine
	uplink    float64 // of each, in bytes a second; 0: without bound
	shared    bool    // there is but one machine
	delay     func(from, to int) int64
}

// world is nodes in virtual time, with the real machines of consensus. It belongs to one goroutine.
type world struct {
	plan
	now    int64
	agenda agenda
	rand   *rand.Rand
	hosts  []*host
	nodes  []*node // the members first
	byID   map[consensus.ID]*node
	err    error // the first thing that is not as it has to be
}

// newWorld makes nodes, and links each of them to all members.
func newWorld(p plan) (*world, error) {
	w := &world{plan: p, now: ms, rand: rand.New(rand.NewPCG(p.seed, 1)), byID: make(map[consensus.ID]*node)}
	var ids []consensus.ID
	for i := range p.members {
		ids = append(ids, nodeID(i))
	}
	st := consensus.State{Applied: firstRev, Configs: []consensus.Membership{{From: firstRev + 1, Members: ids}}}
	for i := range p.members + p.followers {
		if i == 0 || !p.shared {
			w.hosts = append(w.hosts, newHost(w))
		}
		n, err := w.newNode(i, w.hosts[len(w.hosts)-1], st)
		if err != nil {
			return nil, err
		}
		w.nodes, w.byID[n.id] = append(w.nodes, n), n
	}
	w.link()
	return w, nil
}

// link has each node linked to all members, in any order.
func (w *world) link() {
	for i, n := range w.nodes {
		for _, m := range w.nodes[:min(i, w.members)] {
			w.after(w.rand.Int64N(10*ms), func() { link(n, m) })
		}
	}
}

// after does something when d nanoseconds have passed.
func (w *world) after(d int64, do func()) { w.agenda.push(w.now+d, do) }

// run lets time pass, until something went wrong.
func (w *world) run(d time.Duration) error {
	end := w.now + int64(d)
	for len(w.agenda.heap) > 0 && w.agenda.heap[0].at <= end && w.err == nil {
		e := w.agenda.pop()
		w.now = e.at
		e.do()
	}
	w.now = end
	return w.err
}

// fail notes the first thing that went wrong.
func (w *world) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("at %v: %w", time.Duration(w.now), fmt.Errorf(format, args...))
	}
}

// everywhere is the same delay between all.
func everywhere(d time.Duration) func(from, to int) int64 {
	return func(int, int) int64 { return int64(d) }
}
