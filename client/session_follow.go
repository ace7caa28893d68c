package client

import (
	"context"
	"fmt"
	"time"
)

// followFile ends the session when somebody deletes it.
func (s *Session) followFile() {
	s.follow(s.ctx, s.file(), func(v *View) {
		if v.Len() == 0 {
			s.stop(ErrSessionLost)
		}
	})
}

// follow calls f with the files that match a glob as they are, and whenever they have changed,
// until ctx ends.
func (s *Session) follow(ctx context.Context, glob string, f func(*View)) {
	for round := 0; sleep(ctx, backoff(round, time.Second)); round++ {
		m, err := s.client.Mirror(ctx, glob)
		if err != nil {
			continue
		}
		for v, err := range m.Views(ctx) {
			if err == nil {
				round = 0
				f(v)
			}
		}
		m.Close()
	}
}

// gone is why a file of the session's is not as it was: the session is not there either, of which the
// news may come later, or else somebody has done that. The node at hand, which showed the one, knows
// the other; if it does not say so soon nobody is to wait for it.
func (s *Session) gone(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, s.age().lease/20)
	defer cancel()
	if _, rev, err := s.client.Get(ctx, s.file(), Local()); err == nil && rev == Missing {
		s.stop(ErrSessionLost)
		return s.Err()
	}
	return fmt.Errorf("%w: somebody changed %s", ErrLockLost, path)
}
