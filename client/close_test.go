package client

import (
	"context"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// Programs end, also while there is no majority, and though they give no deadline: what is to be given up goes
// with the session anyway.
func TestCloseWithoutMajority(t *testing.T) {
	nodes := leased(t, 3, "1s")
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	lost, s := newSession(t, c), newSession(t, c)
	l, err := s.Lock(soon(t), "/locks/x")
	assert.Equal(t, nil, err)
	r, err := c.Register(soon(t), "/services/x/", "a", nil)
	assert.Equal(t, nil, err)
	_, rev, err := c.Get(soon(t), "/services/x/a")
	assert.T(t, rev > 0 && err == nil, err)
	for _, n := range nodes[1:] {
		n.kill(t)
	}
	ends(t, "a session", lost.Done())
	begun := time.Now()
	assert.Equal(t, nil, lost.Close(context.Background()))
	assert.T(t, time.Since(begun) < 500*time.Millisecond, time.Since(begun))
	for _, end := range []func(context.Context) error{l.Unlock, s.Close, r.Close} {
		ended := make(chan struct{})
		go func() { end(context.Background()); close(ended) }()
		ends(t, "what is to end", ended)
	}
	assert.T(t, time.Since(begun) < 8*time.Second, time.Since(begun))
}
