package client

import "time"

// followFile ends the session when somebody deletes it.
func (s *Session) followFile() {
	s.follow(s.file(), func(v *View) {
		if v.Len() == 0 {
			s.stop(ErrSessionLost)
		}
	})
}

// followLease takes over a lease that was changed.
func (s *Session) followLease() {
	s.follow(leaseFile, func(v *View) {
		f, _ := v.Get(leaseFile)
		s.setLease(parseLease(f.Value))
		s.check()
	})
}

func (s *Session) setLease(lease time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if lease != s.lease {
		s.lease = lease
		close(s.other)
		s.other = make(chan struct{})
	}
}

// follow calls f with a file as it is, and whenever it has changed, until the session ends.
func (s *Session) follow(path string, f func(*View)) {
	for round := 0; sleep(s.ctx, backoff(round, time.Second)); round++ {
		m, err := s.client.Mirror(s.ctx, path)
		if err != nil {
			continue
		}
		for v, err := range m.Views(s.ctx) {
			if err == nil {
				round = 0
				f(v)
			}
		}
		m.Close()
	}
}
