package client

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
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
		f := File{Path: dir + "/" + rand.Text(), Value: value}
		var err error
		if f.Rev, err = s.Set(ctx, f.Path, Missing, value); err == nil {
			return &place{session: s, dir: dir, file: f}, nil
		}
		switch {
		case errors.Is(err, ErrOutcomeUnknown):
			s.forsake(f.Path)
		case !errors.Is(err, ErrReadonly):
			return nil, err
		}
		if !sleep(ctx, backoff(round, settleMaxPause)) {
			return nil, err
		}
	}
}

// forsake has a file be deleted that may have been made or not, or may still be: for
// as long as the session lives.
func (s *Session) forsake(path string) {
	s.background(func() {
		s.follow(path, func(v *View) {
			for round := 0; v.Len() > 0 && sleep(s.ctx, backoff(round, settleMaxPause)); round++ {
				if s.client.remove(s.ctx, path) == nil {
					break
				}
			}
		})
	})
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
		return nil, fmt.Errorf("%w: somebody changed %s", ErrLockLost, p.file.Path)
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

// leave gives the place up. An error says that it is not certain yet; it
// goes on in the background.
func (p *place) leave(ctx context.Context) error {
	err := p.session.client.remove(ctx, p.file.Path)
	if err != nil {
		p.session.forsake(p.file.Path)
	}
	return err
}

// abandon is leave for who waits no longer, and not for this either if ctx has ended.
func (p *place) abandon(ctx context.Context) {
	if ctx.Err() == nil {
		_ = p.leave(ctx)
		return
	}
	p.session.background(func() { _ = p.leave(p.session.ctx) })
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
