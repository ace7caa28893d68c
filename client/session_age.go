package client

import "time"

// The parts of a lease, since the last renewal known to be applied was begun, after which
// something is done. It is lost before a member may end it also where the clock here is slow by 10 %
// and that of the member fast by as much: 0.9/1.1 of a lease is 0.818.
func renewAfter(lease time.Duration) time.Duration { return lease / 3 }
func hedgeAfter(lease time.Duration) time.Duration { return lease * 11 / 20 }
func lostAfter(lease time.Duration) time.Duration  { return lease * 4 / 5 }

// age is how old a session is: the time since the last renewal known to be applied.
type age struct {
	time.Duration
	lease time.Duration
}

func (s *Session) age() age {
	s.mu.Lock()
	defer s.mu.Unlock()
	return age{s.proven.age(), s.lease}
}

// until is the time until a part of the lease is over; it may be negative.
func (a age) until(part func(lease time.Duration) time.Duration) time.Duration {
	return part(a.lease) - a.Duration
}

// check ends the session if it is too old.
func (s *Session) check() {
	if s.age().until(lostAfter) <= 0 {
		s.stop(ErrSessionLost)
	}
}

// prove notes that a renewal was applied which came after m, under that lease.
func (s *Session) prove(m moment, lease time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.age() < s.proven.age() {
		s.proven, s.lease = m, lease
	}
}
