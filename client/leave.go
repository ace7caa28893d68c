package client

import (
	"context"
	"errors"
)

// MaxLocks is how many locks, elections and barriers a session can have at a time: held, waited for
// or being given up. Each may take one of the 1,024 streams that a node allows a connection.
const MaxLocks = 512

// ErrTooManyLocks says that a session has MaxLocks locks, elections and barriers.
var ErrTooManyLocks = errors.New("too many locks in one session")

// prefix is what the session's files in a directory begin with.
func (s *Session) prefix(dir string) string { return dir + "/" + s.name + "-" }

// enter notes a place that the session is about to take.
func (s *Session) enter(path string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.places) >= MaxLocks {
		return ErrTooManyLocks
	}
	s.places[path] = true
	return nil
}

// stands reports whether the session wants a place.
func (s *Session) stands(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.places[path]
}

// unwanted notes that it does not want it any more, and reports whether it did.
func (s *Session) unwanted(path string) (before bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if before = s.places[path]; before {
		s.places[path] = false
	}
	return before
}

// left notes that a place's file is gone.
func (s *Session) left(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.places, path)
}

// leave gives the place up. An error says that it is not certain yet; it
// goes on in the background. It ends with the session, which takes the file along.
func (p *place) leave(ctx context.Context) error {
	ctx, cancel := p.session.join(ctx)
	defer cancel()
	err := p.session.client.remove(ctx, p.file.Path)
	if err != nil {
		p.giveUp()
		return p.session.or(ctx, err)
	}
	p.session.left(p.file.Path)
	return nil
}

// abandon is leave for who waits no longer, and not for this either if ctx has ended.
func (p *place) abandon(ctx context.Context) {
	if ctx.Err() != nil || p.leave(ctx) != nil {
		p.giveUp()
	}
}

// giveUp is leave in the background. It ends when the file is gone, which was made once and
// is not made again, or with the session.
func (p *place) giveUp() {
	if s := p.session; s.unwanted(p.file.Path) {
		s.background(func() { s.clear(s.ctx, p.file.Path) })
	}
}

// clear deletes a file that nobody wants. It returns when that is certain, or ctx has ended.
func (s *Session) clear(ctx context.Context, path string) {
	for round := 1; s.client.remove(ctx, path) != nil; round++ {
		if !sleep(ctx, backoff(round, settleMaxPause)) {
			return
		}
	}
	s.left(path)
}
