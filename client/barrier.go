package client

import (
	"context"
	"fmt"
)

// Barrier holds up whoever waits at it, for as long as anybody holds it: its path is a
// directory in which each holder has an ephemeral file.
type Barrier struct {
	client *Client
	path   string
}

// Barrier returns the barrier at a path.
func (c *Client) Barrier(path string) *Barrier { return &Barrier{c, path} }

// Hold closes the barrier, until release is called, or until the session ends: nobody is held up by
// the dead. Others may hold it, too. An error of release says that ctx ended before
// that was certain; it goes on in the background. ErrTooManyLocks says that the session has MaxLocks.
func (b *Barrier) Hold(ctx context.Context, s *Session) (release func(context.Context) error, err error) {
	ctx, cancel := s.join(ctx)
	defer cancel()
	p, err := s.enqueue(ctx, b.path, []byte(s.name))
	if err != nil {
		return nil, fmt.Errorf("barrier %s: %w", b.path, s.or(ctx, err))
	}
	return p.leave, nil
}

// Wait waits until nobody holds the barrier.
func (b *Barrier) Wait(ctx context.Context) error {
	m, err := b.client.Mirror(ctx, b.path+"/*")
	if err != nil {
		return fmt.Errorf("barrier %s: %w", b.path, err)
	}
	defer m.Close()
	for v, err := range m.Views(ctx) {
		if err != nil {
			return fmt.Errorf("barrier %s: %w", b.path, err)
		}
		if v.Len() == 0 {
			break
		}
	}
	return nil
}
