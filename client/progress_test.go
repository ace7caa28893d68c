package client

import (
	"testing"

	"github.com/bmizerany/assert"
)

// A watch to which nothing happened for a while goes on at a node that joined meanwhile; so does a WAIT.
func TestQuietWatchOutlivesItsNode(t *testing.T) {
	nodes := []*running{startNode(t, steady())}
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	w, err := c.Watch(t.Context(), "/config/**", 0)
	assert.Equal(t, nil, err)
	waited := make(chan Event, 1)
	first, err := c.Set(soon(t), "/config/a", Missing, nil)
	assert.Equal(t, nil, err)
	go func() {
		ev, err := c.Wait(t.Context(), "/config/*", first+1)
		assert.Equal(t, nil, err)
		waited <- ev
	}()
	ev, err := w.Next()
	assert.T(t, err == nil && ev.Rev == first, ev, err)

	for range 5 {
		_, err := c.Set(soon(t), "/elsewhere", Clobber, nil)
		assert.Equal(t, nil, err)
	}
	for _, slot := range []string{"/ctl/cal/1", "/ctl/cal/2"} {
		nodes = append(nodes, startNode(t, steady(), nodes[0].Started.Addr))
		_, err := c.Set(soon(t), slot, Missing, nil)
		assert.Equal(t, nil, err)
	}
	for _, r := range nodes {
		until(t, "all are members", r.writable)
	}
	knows(t, c, 3)
	first = max(nodes[1].Store.FirstKept(), nodes[2].Store.FirstKept())
	until(t, "the watch is known to be done with what the new nodes do not have", func() bool {
		w.stream.mu.Lock()
		defer w.stream.mu.Unlock()
		return w.stream.cur.(*watchCursor).from > first
	})
	assert.Equal(t, nodes[0].Started.Addr, c.Addr())
	nodes[0].kill(t)
	rev, err := nodes[1].only(t).Set(soon(t), "/config/b", Missing, nil)
	assert.Equal(t, nil, err)
	ev, err = w.Next()
	assert.T(t, err == nil && ev.Rev == rev && ev.Path == "/config/b", ev, err)
	ev = <-waited
	assert.T(t, ev.Rev == rev, ev)
}
