package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// MaxMeet is how many may meet at a Rendezvous: each takes two steps of a transaction.
const MaxMeet = MaxSteps / 2

// Rendezvous is a barrier at which a number of programs wait for one another. To meet before
// some work, and again after it, is what is called a double barrier.
type Rendezvous struct {
	client *Client
	path   string
	n      int
}

// Rendezvous returns the one at a path, a directory of its own, for n programs, 1 to MaxMeet.
func (c *Client) Rendezvous(path string, n int) *Rendezvous {
	return &Rendezvous{c, path, min(max(n, 1), MaxMeet)}
}

// Meet waits until n are there. They go on together: one transaction takes all of them out of
// the line, in which those who come later, for the next time, stand behind. Who dies while it
// waits does not count. With an error the others may have gone on all the same.
func (r *Rendezvous) Meet(ctx context.Context, s *Session) error {
	ctx, cancel := s.join(ctx)
	defer cancel()
	p, err := s.enqueue(ctx, r.path, []byte(s.name))
	if err == nil {
		if err = r.wait(ctx, p); err != nil {
			p.abandon(ctx)
		}
	}
	if err != nil {
		return fmt.Errorf("rendezvous %s: %w", r.path, s.or(ctx, err))
	}
	return nil
}

// wait waits until the place was taken out of the line, which is done by who is the first.
func (r *Rendezvous) wait(ctx context.Context, p *place) error {
	m, err := r.client.mirror(ctx, r.path+"/*", passes)
	if err != nil {
		return err
	}
	defer m.Close()
	for v, err := range m.Views(ctx) {
		if err != nil {
			return err
		}
		if f, _ := v.Get(p.file.Path); f.Rev != p.file.Rev {
			return nil
		}
		line := slices.SortedFunc(v.All(), func(a, b File) int { return cmp.Compare(a.Rev, b.Rev) })
		if len(line) >= r.n && line[0].Path == p.file.Path {
			if err := r.open(ctx, line[:r.n]); err != nil {
				return err
			}
		}
	}
	return nil
}

// open takes the first of the line out of it, if they are all there still; else the line
// changes, or has changed.
func (r *Rendezvous) open(ctx context.Context, first []File) error {
	t := new(Txn)
	for _, f := range first {
		t.Check(f.Path, f.Rev).Del(f.Path, f.Rev)
	}
	for round := 1; ; round++ {
		_, err := r.client.Commit(ctx, t)
		switch {
		case err == nil, errors.Is(err, ErrRevMismatch):
			return nil
		case !errors.Is(err, ErrOutcomeUnknown) && !passes(err):
			return err
		}
		if !sleep(ctx, backoff(round, settleMaxPause)) {
			return err
		}
	}
}
