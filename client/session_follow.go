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

// gone is why a file of the session's is not there: the session is not either, or else somebody
// has done that.
func (s *Session) gone(ctx context.Context, path string) error {
	if _, rev, err := s.client.Get(ctx, s.file()); err == nil && rev == Missing {
		s.stop(ErrSessionLost)
		return s.Err()
	}
	return fmt.Errorf("%w: somebody changed %s", ErrLockLost, path)
}
