package client

import (
	"context"
	"errors"
	"testing"

	"github.com/bmizerany/assert"
)

// A barrier opens when nobody holds it any more.
func TestBarrier(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	b := c.Barrier("/barrier")
	assert.Equal(t, nil, b.Wait(soon(t)))
	s := newSession(t, c)
	release, err := b.Hold(soon(t), newSession(t, c))
	assert.Equal(t, nil, err)
	_, err = b.Hold(soon(t), s)
	assert.Equal(t, nil, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancelled, opened := make(chan error), make(chan error)
	go func() { cancelled <- b.Wait(ctx) }()
	go func() { opened <- b.Wait(soon(t)) }()
	cancel()
	err = <-cancelled
	assert.T(t, errors.Is(err, context.Canceled), err)
	assert.Equal(t, nil, release(soon(t)))
	select {
	case err := <-opened:
		t.Fatalf("it opened too early: %v", err)
	default:
	}
	assert.Equal(t, nil, s.Close(soon(t)))
	assert.Equal(t, nil, <-opened)
	_, err = b.Hold(soon(t), s)
	assert.T(t, errors.Is(err, ErrSessionClosed), err)
}
