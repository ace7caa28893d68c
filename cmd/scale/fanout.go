package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

// fanoutPlan is a cluster with watchers.
type fanoutPlan struct {
	plan
	watchers int
	dirs     int     // each watcher watches one of so many, and each SET writes in one of them
	rate     float64 // SETs a second, to all members
	even     bool    // they come evenly, not by chance
	value    int     // bytes of each
	distance int64   // from a client to its node, in nanoseconds one way
	warm     time.Duration
	span     time.Duration // of counting
	kill     int           // a node that is killed in the middle of that; -1: none
}

// fanout is a run of such a plan.
type fanout struct {
	fanoutPlan
	w           *world
	changeBytes int // of a change that a watcher is told of
	mutation    int // bytes of a SET in the log
	sets        []change
	truth       [][]int    // of each directory: its changes by revision, as places in sets
	stations    []*station // of each node
	watching    []*watcher
	took        []time.Duration // SETs, until they were answered
	moved       int             // watchers whose node died
	again       time.Duration   // from its death until the last of them is up to date again
}

// change is a SET, and how far watchers were told.
type change struct {
	dir  int
	rev  int64
	at   int64 // when the first node applied it
	told int
	last int64 // when the latest watcher was told
}

// check says what cannot be run.
func (p *fanoutPlan) check() error {
	servers := p.followers
	if servers == 0 {
		servers = p.members
	}
	switch {
	case p.members < 1, p.followers < 0, p.watchers < 0, p.dirs < 1, p.rate <= 0, p.cores < 1, p.uplink < 0:
		return errors.New("members, directories, rate and cores must be positive, the others not negative")
	case p.value < 0, p.value > store.MaxValue:
		return fmt.Errorf("a value has 0 to %d bytes", store.MaxValue)
	case p.kill >= p.members+p.followers:
		return fmt.Errorf("there is no node %d to kill", p.kill)
	case p.kill >= 0 && servers == 1:
		return errors.New("a node is to be killed, and its watchers would have nowhere to go")
	}
	return nil
}

func newFanout(p fanoutPlan) (*fanout, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	w, err := newWorld(p.plan)
	if err != nil {
		return nil, err
	}
	f := &fanout{fanoutPlan: p, w: w, changeBytes: eventBytes(path, p.value), mutation: setBytes(path, p.value)}
	f.truth = make([][]int, p.dirs)
	for _, n := range w.nodes {
		f.stations = append(f.stations, newStation(f, n))
	}
	for i := range p.watchers {
		c := &watcher{f: f, dir: i % p.dirs, last: firstRev}
		f.watching = append(f.watching, c)
		to := f.servers()
		to[i/p.dirs%len(to)].attach(c)
	}
	return f, w.run(time.Second)
}

// servers are the stations with watchers: the followers', where there are any.
func (f *fanout) servers() []*station {
	if f.followers > 0 {
		return f.stations[f.members:]
	}
	return f.stations
}

// write has clients write at the rate.
func (f *fanout) write() {
	if f.rate == 0 {
		return
	}
	gap := 1e9 / f.rate
	if !f.even {
		gap *= f.w.rand.ExpFloat64()
	}
	f.w.after(int64(gap), f.write)
	n, dir := f.w.nodes[f.w.rand.IntN(f.members)], f.w.rand.IntN(f.dirs)
	if n.died > 0 {
		return
	}
	mutation := make([]byte, f.mutation)
	binary.BigEndian.PutUint64(mutation, uint64(len(f.sets)))
	f.sets = append(f.sets, change{dir: dir})
	begun := f.w.now
	n.set(mutation, func(consensus.Done) { f.took = append(f.took, time.Duration(f.w.now-begun)) })
}

// record notes that a node applied a SET. The first node that does says what is true.
func (f *fanout) record(mutation []byte, rev int64) (dir int) {
	i := int(binary.BigEndian.Uint64(mutation))
	s := &f.sets[i]
	if s.rev == 0 {
		s.rev, s.at = rev, f.w.now
		f.truth[s.dir] = append(f.truth[s.dir], i)
	}
	if s.rev != rev {
		f.w.fail("a SET is applied at %d and at %d", s.rev, rev)
	}
	return s.dir
}

// tell notes that a watcher was told of a SET.
func (f *fanout) tell(set int) {
	s := &f.sets[set]
	s.told++
	s.last = f.w.now
}

// die kills a node. Its watchers hear of that, and go to others.
func (f *fanout) die() {
	dead := f.stations[f.kill]
	dead.n.kill(false)
	var alive []*station
	for _, s := range f.servers() {
		if s != dead {
			alive = append(alive, s)
		}
	}
	for _, c := range f.watching {
		if c.at == dead {
			f.moved++
			c.lost = f.w.now
			f.w.after(f.distance, func() { c.move(alive[f.w.rand.IntN(len(alive))]) })
		}
	}
}
