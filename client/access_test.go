package client

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// locked has all nodes of a world serve nothing but to who knows a secret, which may be changed later.
func (w *world) locked(secret string) {
	for addr := range w.nodes {
		w.do(addr, func(a *actor) {
			in := false
			a.answer = func(q *proto.Request) []*proto.Response {
				switch q.GetVerb() {
				case proto.Request_SELF:
					in = false // the first of each connection
				case proto.Request_REV:
				case proto.Request_ACCESS:
					in = string(q.Value) == secret
					fallthrough
				default:
					if !in {
						return []*proto.Response{refusal(q, proto.Response_OTHER, "permission denied")}
					}
				}
				return nil
			}
		})
	}
}

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

// A secret that is wrong is an error of Dial, after each node was asked once.
func TestDialWithWrongSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1", "c:1")
		w.locked("s")
		_, err := w.config().Dial(t.Context(), "doozer:?ca=a:1&ca=b:1&ca=c:1&sk=no")
		assert.T(t, errors.Is(err, ErrPermission), err)
		assert.T(t, !errors.Is(err, ErrUnreachable), err)
		assert.Equal(t, "access: permission denied", err.Error())
		assert.Equal(t, 3, w.dialed())
		w.serving.Wait()
	})
}

// The secret of the URI comes before that of Config.
func TestSecretOfConfig(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		w.locked("s")
		for _, c := range []struct{ uri, config string }{{"", "s"}, {"&sk=s", "no"}, {"&sk=s", ""}} {
			cfg := w.config()
			cfg.Secret = c.config
			one, err := cfg.Dial(t.Context(), "doozer:?ca=a:1"+c.uri)
			assert.Equal(t, nil, err, c)
			assert.Equal(t, nil, one.Nop(t.Context()))
			one.Close()
		}
		w.serving.Wait()
	})
}

// Without a secret a call is denied at once, by the one node, and no other is looked for.
func TestNoSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		w.locked("s")
		c := w.client(w.config(), "a:1")
		begun := time.Now()
		_, _, err := c.Get(t.Context(), "/x")
		assert.T(t, errors.Is(err, ErrPermission), err)
		assert.Equal(t, "get /x: permission denied", err.Error())
		_, err = c.Set(t.Context(), "/x", Clobber, nil)
		assert.T(t, errors.Is(err, ErrPermission) && !errors.Is(err, ErrOutcomeUnknown), err)
		watch, err := c.Watch(t.Context(), "/**", 5)
		assert.Equal(t, nil, err)
		_, err = watch.Next()
		assert.T(t, errors.Is(err, ErrPermission), err)
		assert.Equal(t, time.Duration(0), time.Since(begun))
		assert.Equal(t, 1, w.dialed())
		c.Close()
		w.serving.Wait()
	})
}

// When nodes take the secret no more, calls that wait and those that come are told so, and the client
// goes on trying, no more often than for nodes that are gone; and another secret opens them.
func TestSecretChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		w.locked("s")
		c := w.client(w.config(), "a:1", "b:1")
		assert.T(t, errors.Is(c.Nop(t.Context()), ErrPermission))
		assert.Equal(t, nil, c.Access(t.Context(), "s"))
		assert.Equal(t, nil, c.Nop(t.Context()))
		watch, err := c.Watch(t.Context(), "/**", 5)
		assert.Equal(t, nil, err)
		w.locked("t")
		w.cut("a:1")
		w.cut("b:1")
		begun := time.Now()
		_, err = watch.Next()
		assert.T(t, errors.Is(err, ErrPermission), err)
		assert.T(t, time.Since(begun) < time.Second)
		assert.T(t, errors.Is(c.Nop(t.Context()), ErrPermission))
		before := w.dialed()
		time.Sleep(time.Minute)
		tried := w.dialed() - before
		assert.T(t, tried > 0 && tried <= 2*60, tried)
		assert.T(t, errors.Is(c.Access(t.Context(), "u"), ErrPermission))
		assert.T(t, errors.Is(c.Nop(t.Context()), ErrPermission))
		assert.Equal(t, nil, c.Access(t.Context(), "t"))
		assert.Equal(t, nil, c.Nop(t.Context()))
		c.Close()
		w.serving.Wait()
	})
}

// That one node of three is dead makes no difference; that one, of which nobody knows whose it is, denies it
// while the others are dead does.
func TestSecretDeniedByMost(t *testing.T) {
	for _, dead := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "a:1", "b:1", "c:1")
			w.locked("s")
			cfg := w.config()
			cfg.Secret = "s"
			c := w.client(cfg, "a:1", "b:1", "c:1")
			synctest.Wait()
			w.locked("t")
			for i, addr := range []string{"a:1", "b:1", "c:1"} {
				w.do(addr, func(a *actor) { a.refuse = i < dead })
				w.cut(addr)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err := c.Nop(ctx)
			assert.T(t, errors.Is(err, ErrPermission) && errors.Is(err, ErrUnreachable), err)
			assert.Equal(t, dead == 2, errors.Is(err, context.DeadlineExceeded), err)
			c.Close()
			w.serving.Wait()
		})
	}
}

// A secret that is brought while nodes are about to deny the one before is tried, whatever they say.
func TestSecretDuringDenial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		w.locked("s")
		cfg := w.config()
		cfg.Secret = "s"
		c := w.client(cfg, "a:1")
		synctest.Wait()
		w.locked("t")
		w.do("a:1", func(a *actor) {
			quick := a.answer
			a.answer = func(q *proto.Request) []*proto.Response {
				if q.GetVerb() == proto.Request_ACCESS {
					w.mu.Unlock()
					time.Sleep(time.Second)
					w.mu.Lock()
				}
				return quick(q)
			}
		})
		w.cut("a:1")
		assert.T(t, errors.Is(c.Nop(t.Context()), ErrPermission))
		time.Sleep(500 * time.Millisecond) // the next attempt is on its way
		assert.Equal(t, nil, c.Access(t.Context(), "t"))
		assert.Equal(t, nil, c.Nop(t.Context()))
		c.Close()
		w.serving.Wait()
	})
}

// Config.Admit reads with the secret; and one that may not read says nothing about whose node it is.
func TestAdmitWithSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		w.locked("s")
		cfg := w.config()
		cfg.Admit = func(ctx context.Context, read func(string) ([]byte, int64, error)) error {
			_, _, err := read("/ctl/id")
			return err
		}
		_, err := cfg.Dial(t.Context(), "a:1")
		assert.T(t, errors.Is(err, ErrPermission) && !errors.Is(err, ErrUnreachable), err)
		cfg.Secret = "s"
		c, err := cfg.Dial(t.Context(), "a:1")
		assert.Equal(t, nil, err)
		c.Close()
		w.serving.Wait()
	})
}
