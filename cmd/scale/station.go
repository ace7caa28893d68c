package main

import (
	"slices"

	"github.com/ha/doozer/consensus"
)

// station is what a node has for watchers, and those who watch there.
type station struct {
	f       *fanout
	n       *node
	revs    [][]int64    // of each directory: the revisions of its changes, as far as the node has applied
	here    [][]*watcher // of each directory
	touched []int        // directories that change in this turn
}

func newStation(f *fanout, n *node) *station {
	s := &station{f: f, n: n, revs: make([][]int64, f.dirs), here: make([][]*watcher, f.dirs)}
	n.applied, n.told = s.applied, s.told
	return s
}

// applied notes a change, and the watches that it concerns.
func (s *station) applied(e consensus.Entry) (takes int64) {
	dir := s.f.record(e.Value, e.Seqn)
	s.revs[dir] = append(s.revs[dir], e.Seqn)
	if !slices.Contains(s.touched, dir) {
		s.touched = append(s.touched, dir)
	}
	return int64(len(s.here[dir])) * s.f.w.costs.offer
}

// told wakes the watches that the changes of a turn concern.
func (s *station) told() {
	for _, dir := range s.touched {
		for _, w := range s.here[dir] {
			s.wake(w)
		}
	}
	s.touched = s.touched[:0]
}

// attach takes a client, which asks for what follows on the last change that it was told of. The node may not have got there yet.
func (s *station) attach(w *watcher) {
	w.at, w.woken, w.from = s, false, w.last+1
	w.next, _ = slices.BinarySearch(s.revs[w.dir], w.from)
	s.here[w.dir] = append(s.here[w.dir], w)
	s.wake(w)
}

func (s *station) wake(w *watcher) {
	if !w.woken && w.at == s {
		w.woken = true
		s.n.host.soon(func() (int64, func()) { return s.turn(w) })
	}
}

// mostAtOnce is how many changes a watch takes in one go, as in package server.
const mostAtOnce = 256

// turn sends a client what there is for it.
func (s *station) turn(w *watcher) (takes int64, then func()) {
	if w.at != s || s.n.died > 0 {
		return 0, func() {}
	}
	all := s.revs[w.dir]
	for w.next < len(all) && all[w.next] < w.from {
		w.next++
	}
	revs := all[w.next:min(len(all), w.next+mostAtOnce)]
	w.next += len(revs)
	w.woken = false
	if w.next < len(all) {
		s.wake(w)
	}
	c := &s.f.w.costs
	return c.wake + int64(len(revs))*c.event, func() { s.send(w, revs) }
}

// send has changes leave for a client. What has not left when the node dies is lost.
func (s *station) send(w *watcher, revs []int64) {
	left := s.n.host.send(onWire(len(revs) * s.f.changeBytes))
	s.f.w.agenda.push(left+s.f.distance, func() {
		if s.n.died == 0 || left <= s.n.died {
			w.hear(s, revs)
		}
	})
}
