package client

import (
	"context"
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// Addresses of which none answers delay moves and reconnects, but not for
// long, and what was learned of them by one serves the next.
func TestBlackHoles(t *testing.T) {
	for _, n := range []int{5, 20, 100} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "a:1", "b:1")
			cfg := Config{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				if addr != "a:1" && addr != "b:1" {
					<-ctx.Done()
					return nil, ctx.Err()
				}
				return w.dial(ctx, network, addr)
			}}
			c := w.client(cfg, "a:1")
			synctest.Wait()
			c.link.nodes.put("b:1", "b:1")
			for i := range n {
				c.link.nodes.put(fmt.Sprint("x", i), fmt.Sprintf("10.0.0.%d:1", i))
			}
			w.do("a:1", refuses(proto.Request_GET, proto.Response_OTHER, "no quorum"))
			begun := time.Now()
			for {
				_, _, err := c.Get(t.Context(), "/a")
				if err == nil {
					break
				}
				time.Sleep(100 * time.Millisecond)
			}
			t.Logf("%d black holes: a node without a majority was left after %v", n, time.Since(begun))
			assert.T(t, time.Since(begun) <= 2*(moveLimit+vainPause), time.Since(begun))

			w.do("a:1", func(a *actor) { a.answer = nil })
			time.Sleep(2 * avoidFor) // what was learned is forgotten
			w.do("b:1", func(a *actor) { a.refuse = true })
			w.cut("b:1")
			begun = time.Now()
			_, _, err := c.Get(t.Context(), "/a")
			assert.Equal(t, nil, err)
			t.Logf("%d black holes: connected again after %v", n, time.Since(begun))
			assert.T(t, time.Since(begun) <= 2*time.Second, time.Since(begun))

			w.do("b:1", func(a *actor) { a.refuse = false })
			w.do("a:1", func(a *actor) { a.refuse = true })
			w.cut("a:1")
			begun = time.Now()
			_, _, err = c.Get(t.Context(), "/a")
			assert.Equal(t, nil, err)
			assert.T(t, time.Since(begun) <= 2*time.Second, time.Since(begun))
			c.Close()
		})
	}
}
