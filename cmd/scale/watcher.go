package main

import "time"

// watcher is a client that watches a directory.
type watcher struct {
	f     *fanout
	dir   int
	told  int   // changes that it was told of
	last  int64 // the revision of the latest
	lost  int64 // when its connection was, until it is up to date again; else 0
	at    *station
	from  int64 // the revision from which it asked for changes there
	next  int   // of the directory's changes there, the first that was not sent
	woken bool  // its turn there waits
}

// hear has the client take what came; where clients share the nodes' machine, when there is a core for it.
func (w *watcher) hear(s *station, revs []int64) {
	if !w.f.w.shared {
		w.take(s, revs)
		return
	}
	c := &w.f.w.costs
	s.n.host.soon(func() (int64, func()) {
		return c.read + int64(len(revs))*c.event, func() { w.take(s, revs) }
	})
}

// take checks that what came is what comes next: every change, in order, once.
func (w *watcher) take(s *station, revs []int64) {
	truth := w.f.truth[w.dir]
	for _, rev := range revs {
		if w.told == len(truth) || w.f.sets[truth[w.told]].rev != rev {
			w.f.w.fail("a watcher of %d is told of revision %d as its change number %d", w.dir, rev, w.told)
			return
		}
		w.f.tell(truth[w.told])
		w.told++
		w.last = rev
	}
	if w.lost > 0 && w.at == s && w.next == len(s.revs[w.dir]) {
		w.f.again = max(w.f.again, time.Duration(w.f.w.now-w.lost))
		w.lost = 0
	}
}

// move has the client look for another node, since the one that it was connected to is dead: it dials one, and asks for what
// follows on the last change that it was told of.
func (w *watcher) move(to *station) {
	w.at = nil
	w.f.w.after(3*w.f.distance, func() {
		to.n.host.soon(func() (int64, func()) { return w.f.w.costs.attach, func() { to.attach(w) } })
	})
}
