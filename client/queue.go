package client

import (
	"context"
	"crypto/rand"
	"errors"
)

// place is a place in a queue: one of the ephemeral files in a directory, which stand in the
// order of their revisions. The first is at the head until it goes, since whoever comes
// gets a higher revision. So the heads' revisions go up.
type place struct {
	session *Session
	dir     string
	file    File
}

// enqueue takes the last place of a queue. When the outcome is unknown another place is
// taken, and the first given up for good: nobody knows whether, and when, it will come to be.
func (s *Session) enqueue(ctx context.Context, dir string, value []byte) (*place, error) {
	for round := 1; ; round++ {
		p, err := s.stand(ctx, dir, value)
		if !errors.Is(err, ErrOutcomeUnknown) && !errors.Is(err, ErrReadonly) {
			return p, err
		}
		if !sleep(ctx, backoff(round, settleMaxPause)) {
			return nil, err
		}
	}
}

// stand tries to take the last place of a queue.
func (s *Session) stand(ctx context.Context, dir string, value []byte) (*place, error) {
	p := &place{session: s, dir: dir, file: File{Path: s.prefix(dir) + rand.Text(), Value: value}}
	if err := s.enter(p.file.Path); err != nil {
		return nil, err
	}
	var err error
	p.file.Rev, err = s.Set(ctx, p.file.Path, Missing, value)
	switch {
	case err == nil:
		return p, nil
	case errors.Is(err, ErrOutcomeUnknown):
		p.forsake()
	default:
		s.left(p.file.Path)
	}
	return nil, err
}

// wait waits until the place is at the head. No more than one of those who wait
// wakes up when somebody goes: the one behind.
func (p *place) wait(ctx context.Context) error {
	for {
		before, err := p.look(ctx, passes)
		if err != nil || before == nil {
			return err
		}
		if err := p.session.client.changed(ctx, *before); err != nil {
			return err
		}
	}
}

// look returns the file before the place; nil if it is at the head.
func (p *place) look(ctx context.Context, again func(error) bool) (before *File, err error) {
	v, err := p.session.client.readAll(ctx, p.dir+"/*", 0, again)
	if err != nil {
		return nil, err
	}
	if f, ok := v.Get(p.file.Path); !ok || f.Rev != p.file.Rev {
		return nil, p.session.gone(ctx, p.file.Path)
	}
	for f := range v.All() {
		if f.Rev < p.file.Rev && (before == nil || f.Rev > before.Rev) {
			before = &f
		}
	}
	return before, nil
}

// head is the file at the head of a queue; nil if there is none.
func head(v *View) (first *File) {
	for f := range v.All() {
		if first == nil || f.Rev < first.Rev {
			first = &f
		}
	}
	return first
}

// changed waits until a file is no more as it is given.
func (c *Client) changed(ctx context.Context, f File) error {
	m, err := c.mirror(ctx, f.Path, passes)
	if err != nil {
		return err
	}
	defer m.Close()
	for v, err := range m.Views(ctx) {
		if err != nil {
			return err
		}
		if now, _ := v.Get(f.Path); now.Rev != f.Rev {
			return nil
		}
	}
	return nil
}
