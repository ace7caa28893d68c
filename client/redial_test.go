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

// at waits until nothing happens any more, and checks where a client is then.
func at(t *testing.T, c *Client, addr string) {
	t.Helper()
	synctest.Wait()
	assert.Equal(t, addr, c.link.cur.Load().addr)
}

// A node that says nothing more is left, as soon as was promised. Reads go on
// elsewhere; of writes nobody knows.
func TestSilentNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		c := w.client(w.config(), "a:1")
		at(t, c, "a:1")
		c.link.nodes.put("b", "b:1")
		time.Sleep(time.Hour) // a healthy one is not left
		at(t, c, "a:1")
		w.do("a:1", func(a *actor) { a.mute = true })
		begun := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			_, _, err := c.Get(t.Context(), "/a")
			assert.Equal(t, nil, err)
			took := time.Since(begun)
			assert.T(t, took <= maxSilent*DefaultKeepalive+firstJitter && took > 2*DefaultKeepalive, took)
		})
		wg.Go(func() {
			_, err := c.Set(t.Context(), "/a", Clobber, nil)
			assert.T(t, errors.Is(err, ErrOutcomeUnknown), err)
			assert.T(t, errors.Is(err, ErrLost), err)
		})
		wg.Wait()
		at(t, c, "b:1")
		assert.Equal(t, 1, w.got("a:1", proto.Request_SET))
		assert.Equal(t, 0, w.got("b:1", proto.Request_SET))
		c.Close()
	})
}

// A client that nobody uses sends little.
func TestIdleClientIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		asked := func() int { return w.got("a:1", proto.Request_REV) + w.got("a:1", proto.Request_PROGRESS) }
		begun := asked()
		time.Sleep(100 * DefaultKeepalive)
		n := asked() - begun
		assert.T(t, n >= 50 && n <= 100, n)
		c.Close()
	})
}

// While nobody answers, the client tries less and less often, and never
// more often than the backoff allows; Close ends it at once, and all that waits.
func TestBackoffAndCloseDuringReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		w.do("a:1", func(a *actor) { a.refuse, w.dials = true, nil })
		w.cut("a:1")
		synctest.Wait()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				_, _, err := c.Get(context.Background(), "/a")
				assert.T(t, errors.Is(err, ErrClosed), err)
			})
			wg.Go(func() {
				_, err := c.Set(context.Background(), "/a", Clobber, nil)
				assert.T(t, errors.Is(err, ErrClosed), err)
			})
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		w.mu.Lock()
		n := len(w.dials)
		for i := 10; i < n; i++ {
			gap := w.dials[i].Sub(w.dials[i-1])
			assert.T(t, gap >= DefaultMaxBackoff/2 && gap <= DefaultMaxBackoff, gap)
		}
		w.mu.Unlock()
		assert.T(t, n >= 30 && n <= 70, n)
		begun := time.Now()
		c.Close()
		wg.Wait()
		assert.Equal(t, begun, time.Now())
	})
}

// A node that lets clients in and throws them out again does not keep
// them busy.
func TestFlappingNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		w.do("a:1", func(*actor) { w.dials = nil })
		for range 600 { // a minute
			w.cut("a:1")
			time.Sleep(100 * time.Millisecond)
		}
		w.mu.Lock()
		n := len(w.dials)
		w.mu.Unlock()
		assert.T(t, n > 20 && n < 80, n)
		_, _, err := c.Get(t.Context(), "/a")
		assert.Equal(t, nil, err)
		c.Close()
	})
}

// A node that failed is not chosen again at once, though it answers.
func TestFailedNodeIsAvoided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 20 {
			w := newWorld(t, "a:1", "b:1", "c:1")
			c := w.client(w.config(), "a:1", "b:1", "c:1")
			synctest.Wait()
			was := c.link.cur.Load().addr
			seen := map[string]bool{was: true}
			for range 2 {
				w.cut(c.link.cur.Load().addr)
				_, _, err := c.Get(t.Context(), "/a")
				assert.Equal(t, nil, err)
				addr := c.link.cur.Load().addr
				assert.T(t, !seen[addr], addr)
				seen[addr] = true
			}
			c.Close()
		}
	})
}

// What a node refuses because it cannot serve, another one may do.
func TestRefusedGoesElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		c.link.nodes.put("b", "b:1")
		w.do("a:1", refuses(proto.Request_SET, proto.Response_READONLY, ""))
		_, err := c.Set(t.Context(), "/a", Clobber, nil)
		assert.Equal(t, nil, err)
		at(t, c, "b:1")
		assert.Equal(t, 1, w.got("a:1", proto.Request_SET))
		assert.Equal(t, 1, w.got("b:1", proto.Request_SET))

		time.Sleep(time.Minute)
		w.do("b:1", refuses(proto.Request_GET, proto.Response_OTHER, "no quorum"))
		_, _, err = c.Get(t.Context(), "/a")
		assert.Equal(t, nil, err)
		at(t, c, "a:1")

		// A write is not repeated for it, but the next one goes elsewhere.
		time.Sleep(time.Minute)
		w.do("a:1", refuses(proto.Request_SET, proto.Response_OTHER, "outcome unknown"))
		_, err = c.Set(t.Context(), "/a", Clobber, nil)
		assert.T(t, errors.Is(err, ErrOutcomeUnknown), err)
		assert.Equal(t, 1, w.got("b:1", proto.Request_SET))
		at(t, c, "b:1")
		c.Close()
	})
}

// A node that has two names is not taken for another one.
func TestMoveIsToAnotherNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "alias:1")
		w.do("alias:1", func(a *actor) { a.id = "a:1" })
		c := w.client(w.config(), "a:1", "alias:1")
		was := c.link.cur.Load().addr
		for _, addr := range []string{"a:1", "alias:1"} {
			w.do(addr, refuses(proto.Request_SET, proto.Response_READONLY, ""))
		}
		_, err := c.Set(t.Context(), "/a", Clobber, nil)
		assert.T(t, errors.Is(err, ErrReadonly), err)
		at(t, c, was)
		assert.Equal(t, 1, w.got(was, proto.Request_SET))
		c.Close()
	})
}

// With nowhere else to go the refusal is the answer; nodes that reach no
// majority either are nowhere.
func TestRefusedEverywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		c.link.nodes.put("b", "b:1")
		w.do("a:1", refuses(proto.Request_REV, proto.Response_OTHER, "no quorum"))
		w.do("b:1", refuses(proto.Request_REV, proto.Response_OTHER, "no quorum"))
		begun := time.Now()
		for range 100 {
			_, err := c.Rev(t.Context())
			assert.T(t, errors.Is(err, ErrNoQuorum), err)
		}
		assert.T(t, time.Since(begun) < moveLimit, time.Since(begun))
		at(t, c, "a:1")
		assert.Equal(t, nil, c.Nop(t.Context()))
		w.cut("a:1") // better than nothing
		_, err := c.Rev(t.Context())
		assert.T(t, errors.Is(err, ErrNoQuorum), err)
		at(t, c, "b:1")
		c.Close()
	})
}

// A watch does not wait for ever at a node that is cut off from the
// majority, nor does the move cost a write that is under way there.
func TestCutOffNodeIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		c.link.nodes.put("b", "b:1")
		watch, err := c.Watch(t.Context(), "/x", 7)
		assert.Equal(t, nil, err)
		w.do("b:1", func(a *actor) {
			a.answer = func(q *proto.Request) []*proto.Response {
				if q.GetVerb() != proto.Request_WATCH || q.GetPath() != "/x" {
					return nil
				}
				assert.Equal(t, int64(7), q.GetRev())
				return []*proto.Response{event(q, 5, "/x", "", 8)}
			}
		})
		var set *proto.Request
		w.do("a:1", func(a *actor) {
			a.answer = func(q *proto.Request) []*proto.Response {
				switch {
				case q.GetVerb() == proto.Request_REV && !q.GetLocal():
					return []*proto.Response{refusal(q, proto.Response_OTHER, "no quorum")}
				case q.GetVerb() == proto.Request_SET:
					set = q
					return []*proto.Response{}
				}
				return nil
			}
		})
		done := make(chan error, 1)
		go func() {
			_, err := c.Set(t.Context(), "/a", Clobber, nil)
			done <- err
		}()
		begun := time.Now()
		ev, err := watch.Next()
		assert.Equal(t, nil, err)
		assert.Equal(t, int64(8), ev.Rev)
		assert.T(t, time.Since(begun) <= (checkEvery+1)*DefaultKeepalive, time.Since(begun))
		at(t, c, "b:1")
		w.do("a:1", func(a *actor) {
			_, err := a.conns[0].Write(proto.AppendFrame(nil, answer(set, 3)))
			assert.Equal(t, nil, err)
		})
		assert.Equal(t, nil, <-done)
		synctest.Wait()
		_, err = w.nodes["a:1"].conns[0].Write([]byte{0})
		assert.T(t, err != nil, "the old connection is closed")
		c.Close()
	})
}

// A write that is not answered on a connection that was left is given up in
// the end.
func TestDrainIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		c.link.nodes.put("b", "b:1")
		w.do("a:1", silent(proto.Request_SET))
		done := make(chan error, 1)
		go func() {
			_, err := c.Set(t.Context(), "/a", Clobber, nil)
			done <- err
		}()
		synctest.Wait()
		c.link.suggest(c.link.cur.Load(), ErrNoQuorum)
		begun := time.Now()
		err := <-done
		assert.T(t, errors.Is(err, ErrOutcomeUnknown), err)
		assert.Equal(t, drainLimit, time.Since(begun))
		assert.Equal(t, 0, w.got("b:1", proto.Request_SET))
		c.Close()
	})
}

// The secret goes with the client, whether the URI had it or Access.
func TestSecretOnEachConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		assert.Equal(t, 0, w.got("a:1", proto.Request_ACCESS))
		assert.Equal(t, nil, c.Access(t.Context(), "s"))
		c.link.nodes.put("b", "b:1")
		w.cut("a:1")
		assert.Equal(t, nil, c.Nop(t.Context()))
		assert.Equal(t, 1, w.got("b:1", proto.Request_ACCESS))
		c.Close()

		w.do("a:1", refuses(proto.Request_ACCESS, proto.Response_OTHER, "permission denied"))
		_, err := w.config().Dial(t.Context(), "doozer:?ca=a:1&sk=s")
		assert.Equal(t, "access: permission denied", err.Error())
		assert.T(t, errors.Is(err, ErrOther), err)
	})
}

// Where nodes let nobody in for a wrong secret, nothing is reachable either, and nothing is waited for.
func TestGiveUpAfterRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		cfg := w.config()
		cfg.GiveUp = time.Second
		c, err := cfg.Dial(t.Context(), "doozer:?ca=a:1&sk=s")
		assert.Equal(t, nil, err)
		synctest.Wait()
		w.do("a:1", refuses(proto.Request_ACCESS, proto.Response_OTHER, "permission denied"))
		w.cut("a:1")
		synctest.Wait()
		_, err = c.Set(t.Context(), "/a", Clobber, nil)
		assert.T(t, errors.Is(err, ErrUnreachable), err)
		assert.T(t, errors.Is(err, ErrOther), err)
		assert.T(t, !errors.Is(err, ErrOutcomeUnknown), err)
		c.Close()
	})
}

// Clients that lose a node together do not come to the others together.
func TestFirstRoundIsSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		var clients []*Client
		for range 100 {
			c := w.client(w.config(), "a:1")
			synctest.Wait()
			c.link.nodes.put("b:1", "b:1")
			clients = append(clients, c)
		}
		w.do("a:1", func(*actor) { w.dials = nil })
		w.cut("a:1")
		begun := time.Now()
		time.Sleep(firstJitter)
		synctest.Wait()
		assert.Equal(t, len(clients), w.dialed())
		early := 0
		for _, at := range w.dials {
			if at.Sub(begun) < firstJitter/5 {
				early++
			}
		}
		assert.T(t, early < len(clients)/2, early)
		for _, c := range clients {
			assert.Equal(t, "b:1", c.link.cur.Load().addr)
			c.Close()
		}
	})
}

func TestBackoff(t *testing.T) {
	assert.Equal(t, time.Duration(0), backoff(0, time.Second))
	for round := 1; round < 100; round++ {
		d := backoff(round, time.Second)
		most := time.Second
		if round <= 5 {
			most = firstBackoff << (round - 1)
		}
		assert.T(t, d >= most/2 && d <= most, round, d)
	}
}

func TestNext(t *testing.T) {
	tests := []struct {
		r           reply
		read, write next
	}{
		{reply{}, stop, stop},
		{reply{err: ErrLost}, again, again},
		{reply{err: errMoved}, again, again},
		{reply{err: ErrLost, sent: true}, again, stop},
		{reply{err: ErrReadonly, sent: true}, elsewhere, elsewhere},
		{reply{err: ErrNoQuorum, sent: true}, elsewhere, stop},
		{reply{err: ErrOutcomeUnknown, sent: true}, stop, stop},
		{reply{err: ErrRevMismatch, sent: true}, stop, stop},
		{reply{err: ErrTooLate, sent: true}, elsewhere, stop},
		{reply{err: ErrClosed}, stop, stop},
		{reply{err: context.Canceled, sent: true}, stop, stop},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.read, tt.r.next(false), tt.r.err)
		assert.Equal(t, tt.write, tt.r.next(true), tt.r.err)
	}
}
