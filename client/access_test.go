package client

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// guarded has all nodes of a world ask for the secret "s", of each connection
// at first, and asks before before each answer.
func (w *world) guarded(before func(addr string, q *proto.Request)) {
	for addr := range w.nodes {
		w.do(addr, func(a *actor) {
			in := make(map[int]bool) // by the number of the connection, the latest of the node
			a.answer = func(q *proto.Request) []*proto.Response {
				w.mu.Unlock()
				before(addr, q)
				w.mu.Lock()
				switch q.GetVerb() {
				case proto.Request_ACCESS:
					if string(q.Value) != "s" {
						return []*proto.Response{refusal(q, proto.Response_OTHER, "permission denied")}
					}
					in[len(a.conns)] = true
				case proto.Request_NOP:
					if !in[len(a.conns)] {
						return []*proto.Response{refusal(q, proto.Response_OTHER, "permission denied")}
					}
				}
				return nil
			}
		})
	}
}

// A secret that one node is told while another one is about to take its place
// is told to that one, too.
func TestAccessDuringMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		c.link.nodes.put("b", "b:1")
		hold := make(chan struct{})
		w.guarded(func(addr string, q *proto.Request) {
			if addr == "b:1" && q.GetVerb() == proto.Request_REV {
				<-hold
			}
		})
		c.link.suggest(c.link.cur.Load(), ErrNoQuorum)
		synctest.Wait() // b was asked for a majority, and has not answered
		assert.Equal(t, nil, c.Access(t.Context(), "s"))
		assert.Equal(t, nil, c.Nop(t.Context()))
		close(hold)
		at(t, c, "b:1")
		assert.Equal(t, nil, c.Nop(t.Context()))
		c.Close()
	})
}

// Whenever it is that the secret is brought, on a client whose connections do
// not last: what comes after it is let in.
func TestAccessBesideFailures(t *testing.T) {
	for wait := range 20 {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "a:1", "b:1")
			w.guarded(func(string, *proto.Request) { time.Sleep(10 * time.Millisecond) })
			c := w.client(w.config(), "a:1", "b:1")
			var wg sync.WaitGroup
			wg.Go(func() {
				for range 5 {
					w.cut("a:1")
					w.cut("b:1")
					time.Sleep(37 * time.Millisecond)
				}
			})
			time.Sleep(time.Duration(wait) * 7 * time.Millisecond)
			assert.Equal(t, nil, c.Access(t.Context(), "s"))
			for range 20 {
				assert.Equal(t, nil, c.Nop(t.Context()))
			}
			wg.Wait()
			assert.Equal(t, nil, c.Nop(t.Context()))
			c.Close()
			w.serving.Wait() // a node may be about to answer, and virtual time ends with the test
		})
	}
}

// A secret that is refused is not remembered.
func TestAccessRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		w.guarded(func(string, *proto.Request) {})
		c := w.client(w.config(), "a:1", "b:1")
		err := c.Access(t.Context(), "no")
		assert.Equal(t, "access: permission denied", err.Error())
		assert.T(t, c.Nop(t.Context()) != nil)
		assert.Equal(t, nil, c.Access(t.Context(), "s"))
		assert.Equal(t, nil, c.Nop(t.Context()))
		w.cut("a:1")
		w.cut("b:1")
		assert.Equal(t, nil, c.Nop(t.Context()))
		c.Close()
	})
}
