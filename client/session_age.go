package client

import "time"

// The parts of a lease, since the last renewal known to be applied was begun, after which
// something is done.
func renewAfter(lease time.Duration) time.Duration { return lease / 2 }
func hedgeAfter(lease time.Duration) time.Duration { return lease * 2 / 3 }
func lostAfter(lease time.Duration) time.Duration  { return lease - lease/10 }

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
