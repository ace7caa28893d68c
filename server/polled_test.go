package server

import (
	"context"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// shutdown shuts the house down, in 10 s at most.
func (h *house) shutdown(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	assert.Equal(t, nil, h.srv.Shutdown(ctx))
	assert.Equal(t, 0, len(h.conns()))
}

// TestShutdownOfAFullConnection: it has as many requests outstanding as may be, and others
// that have arrived behind them.
func TestShutdownOfAFullConnection(t *testing.T) {
	const limit = 10
	h := start(t, func(cfg *Config) { cfg.MaxOutstanding, cfg.MaxStreams = limit, 5 })
	c := dial(t, h)
	c.expectQuiet()
	h.hold()
	for range 3 {
		c.send(times(limit, a(nop))...)
	}
	c.expectSlots(h, limit)
	h.shutdown(t)
}

// times is a request n times.
func times(n int, q *ask) (all []*ask) {
	for range n {
		all = append(all, q)
	}
	return all
}
