package client

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// Who waits for room on a connection that is left goes on at once on the next
// one: nothing was sent, so writes, too.
func TestDrainWakesSenders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		cfg := Config{DialContext: w.dial, Keepalive: -1}
		c := w.client(cfg, "a:1")
		synctest.Wait()
		c.link.nodes.put("b", "b:1")
		blocked := make(chan struct{})
		w.do("a:1", func(a *actor) {
			a.answer = func(*proto.Request) []*proto.Response {
				w.mu.Unlock()
				<-blocked // reads no more
				w.mu.Lock()
				return nil
			}
		})
		var wg sync.WaitGroup
		for range 3 * maxWaiting / proto.MaxValue {
			wg.Go(func() { c.Set(t.Context(), "/big", Clobber, make([]byte, proto.MaxValue-100)) })
		}
		synctest.Wait()
		begun := time.Now()
		wg.Go(func() {
			_, err := c.Set(t.Context(), "/small", Clobber, nil)
			assert.Equal(t, nil, err)
			assert.T(t, time.Since(begun) < drainLimit/2, time.Since(begun))
		})
		synctest.Wait()
		c.link.suggest(c.link.cur.Load(), ErrNoQuorum)
		at(t, c, "b:1")
		wg.Wait()
		close(blocked)
		c.Close()
	})
}
