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
