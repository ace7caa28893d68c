package peer

// sessions is when each session was last prolonged, as this node saw it applied,
// by its own monotonic clock in nanoseconds. No clock of anybody else is asked: not even the
// deadline in the session's file, which is for people to read.
type sessions struct {
	lives map[string]life
	queue []sighting // by time; all but the last of a session are out of date
}

type life struct {
	rev  int64 // of the session's file
	seen int64
}

type sighting struct {
	name string
	life
}

func newSessions() *sessions { return &sessions{lives: make(map[string]life)} }

// saw notes that a session was made or prolonged at rev.
func (s *sessions) saw(now int64, name string, rev int64) {
	l := life{rev, now}
	s.lives[name] = l
	s.queue = append(s.queue, sighting{name, l})
}

// ended notes that a session is gone.
func (s *sessions) ended(name string) { delete(s.lives, name) }

// anew gives all sessions a whole lease: while this node was asleep, or no majority heard it,
// they may have had no way to be prolonged.
func (s *sessions) anew(now int64) {
	s.queue = s.queue[:0]
	for name, l := range s.lives {
		s.saw(now, name, l.rev)
	}
}

// expired returns the sessions, max at most, that were last prolonged wait ago or before
// that. They are returned again after another such time if they are still there.
func (s *sessions) expired(now, wait int64, max int) (over []sighting) {
	n := 0
	for ; n < len(s.queue) && len(over) < max && now-s.queue[n].seen >= wait; n++ {
		if at := s.queue[n]; s.lives[at.name] == at.life {
			over = append(over, at)
		}
	}
	if n > 0 {
		s.queue = append(s.queue[:0], s.queue[n:]...)
	}
	for _, at := range over {
		s.saw(now, at.name, at.rev)
	}
	return over
}
