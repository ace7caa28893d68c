package peer

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// cutLink ends the link between two nodes whenever there is one, until ctx ends.
func cutLink(ctx context.Context, a, b *running) {
	sever := func(at *running, id string) {
		done := make(chan struct{})
		ok := at.node.in.call(func(l *loop) {
			if r := l.remotes[id]; r != nil && r.link != nil {
				l.cut(r)
			}
			close(done)
		})
		if ok {
			<-done
		}
	}
	for ctx.Err() == nil {
		sever(a, b.ID)
		sever(b, a.ID)
		time.Sleep(time.Millisecond)
	}
}

// While the link between two members is cut, both are heard by the third: neither is
// removed, however long it lasts, and writes go on at all of them.
func TestCutLinkRemovesNobody(t *testing.T) {
	cfg := func(attach ...string) Config {
		cfg := testConfig(attach...)
		cfg.Timeout = 700 * time.Millisecond
		return cfg
	}
	nodes := cluster(t, 3, cfg)
	before := make(map[string]int64)
	for _, slot := range []string{"0", "1", "2"} {
		_, before[slot] = nodes[0].Store.View().Get(calPath(slot))
	}
	ctx, mend := context.WithTimeout(t.Context(), 3*cfg().Timeout)
	defer mend()
	var cutter sync.WaitGroup
	cutter.Go(func() { cutLink(ctx, nodes[1], nodes[2]) })
	looks, cut := 0, 0
	for ctx.Err() == nil {
		info, ok := nodes[0].node.info(t.Context())
		assert.T(t, ok)
		looks++
		for _, m := range info.Members {
			if m.Links == 2 {
				cut++
				break
			}
		}
		c := nodes[looks%3].dial(t)
		_, err := c.Set(t.Context(), "/x", -1, nil)
		assert.Equal(t, nil, err)
		c.Close()
		time.Sleep(10 * time.Millisecond)
	}
	cutter.Wait()
	t.Logf("in %d of %d looks the link was cut", cut, looks)
	assert.T(t, cut > looks/2, cut)
	for slot, rev := range before {
		_, now := nodes[0].Store.View().Get(calPath(slot))
		assert.Equal(t, rev, now)
	}
	for _, r := range nodes {
		assert.Equal(t, 0, r.logs.count("removed a silent member"))
	}
}
