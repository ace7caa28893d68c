package e2e

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ha/doozer/client"
)

// readThrough adds a reader: by way of a node it reads what writers at any other
// had acknowledged before, and has to see that or what came later. It
// ends when the node does.
func (l *load) readThrough(addr string) {
	l.t.Helper()
	c := dial(l.t, addr)
	l.wg.Go(func() {
		for l.ctx.Err() == nil && l.read(c, addr) {
			pause(max(l.pace, time.Millisecond))
		}
	})
}

// read reads once, and reports whether to go on.
func (l *load) read(c *client.Client, addr string) bool {
	l.mu.Lock()
	path := fmt.Sprintf("/load/own/%d", 1+rand.IntN(max(1, l.writers)))
	acked := l.latest[path]
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, rev, err := c.Get(ctx, path)
	switch {
	case errors.Is(err, client.ErrLost) || errors.Is(err, client.ErrClosed):
		return false
	case err != nil:
		l.t.Errorf("reading from %s: %v", addr, err)
		return false
	case rev < acked:
		l.t.Errorf("%s showed revision %d of %s after %d was acknowledged", addr, rev, path, acked)
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.latest[path] = max(l.latest[path], rev) // nor may anybody go back behind what was shown
	l.reads++
	return true
}
