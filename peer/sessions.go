package peer

import (
	"cmp"
	"slices"
)

// sessions is when each session was last prolonged, as this node saw it applied,
// by its wakeClock. No clock of anybody else is asked: not even the
// deadline in the session's file, which is for people to read.
type sessions struct {
	lives map[string]life
	queue []sighting // by time; all but the last of a session are out of date
}

// life is what is known of a session since it was last prolonged. It keeps the lease of that
// moment, if the cluster's becomes shorter: whoever prolongs it may not have heard of that.
type life struct {
	rev   int64 // of the session's file
	seen  int64
	lease int64
}

type sighting struct {
	name string
	life
}

func newSessions() *sessions { return &sessions{lives: make(map[string]life)} }

// saw notes that a session was made or prolonged at rev.
func (s *sessions) saw(name string, l life) {
	s.lives[name] = l
	s.queue = append(s.queue, sighting{name, l})
	if len(s.queue) > 2*len(s.lives)+slack {
		s.queue = slices.DeleteFunc(s.queue, s.outdated)
	}
}

// slack is how many outdated sightings are kept beyond as many as there are sessions.
const slack = 1024

func (s *sessions) outdated(at sighting) bool { return s.lives[at.name] != at.life }

// replace makes found the sessions. What is known of one that has the same revision stays.
func (s *sessions) replace(found []sighting) {
	known := s.lives
	s.lives, s.queue = make(map[string]life), s.queue[:0]
	for i, at := range found {
		if l, ok := known[at.name]; ok && l.rev == at.rev {
			found[i].life = l
		}
	}
	slices.SortStableFunc(found, func(a, b sighting) int { return cmp.Compare(a.seen, b.seen) })
	for _, at := range found {
		s.saw(at.name, at.life)
	}
}

// ended notes that a session is gone.
func (s *sessions) ended(name string) { delete(s.lives, name) }

// anew gives all sessions a whole lease: while no majority heard this node they may have had no way
// to be prolonged.
func (s *sessions) anew(now int64) {
	s.queue = s.queue[:0]
	for name, l := range s.lives {
		l.seen = now
		s.saw(name, l)
	}
}

// expired returns the sessions, so many at most, that were last prolonged their lease, and as much more
// as grace says, ago or before that; lease is the cluster's now. They are returned again after another
// such time if they are still there. A session that has an old, longer lease may hold up others for as long as that.
func (s *sessions) expired(now, lease, grace int64, most int) (over []sighting) {
	n := 0
	for ; n < len(s.queue) && len(over) < most; n++ {
		at := s.queue[n]
		if s.outdated(at) {
			continue
		}
		if now-at.seen < max(at.lease, lease)+grace {
			break
		}
		over = append(over, at)
	}
	if n > 0 {
		s.queue = append(s.queue[:0], s.queue[n:]...)
	}
	for _, at := range over {
		at.seen = now
		s.saw(at.name, at.life)
	}
	return over
}
