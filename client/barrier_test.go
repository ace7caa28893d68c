package client

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
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

// At a rendezvous as many go on as it takes, again and again, and the dead do not count.
func TestRendezvous(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	const n, rounds = 5, 20
	r := c.Rendezvous("/meet", n)
	dead := newSession(t, c)
	gone := make(chan error)
	go func() { gone <- r.Meet(soon(t), dead) }()
	until(t, "the first waits", func() bool { return nodes[0].waiting("/meet") == 1 })
	assert.Equal(t, nil, dead.Close(soon(t)))
	err := <-gone
	assert.T(t, errors.Is(err, ErrSessionClosed), err)
	until(t, "it does not count any more", func() bool { return nodes[0].waiting("/meet") == 0 })

	var met [rounds]atomic.Int32
	var wg sync.WaitGroup
	for range n {
		s := newSession(t, c)
		wg.Go(func() {
			for i := range rounds {
				met[i].Add(1)
				if err := r.Meet(soon(t), s); err != nil {
					t.Error(err)
					return
				}
				if got := met[i].Load(); got != n {
					t.Errorf("round %d went on with %d there", i, got)
				}
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 0, nodes[0].waiting("/meet"))
	ctx, cancel := context.WithCancel(t.Context())
	alone := make(chan error)
	go func() { alone <- r.Meet(ctx, newSession(t, c)) }()
	until(t, "one waits", func() bool { return nodes[0].waiting("/meet") == 1 })
	cancel()
	err = <-alone
	assert.T(t, errors.Is(err, context.Canceled), err)
	until(t, "it left", func() bool { return nodes[0].waiting("/meet") == 0 })
}
