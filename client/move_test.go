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

// forgetful has a node keep no history of /x.
func forgetful(a *actor) {
	a.answer = func(q *proto.Request) []*proto.Response {
		if q.GetVerb() != proto.Request_WATCH || q.GetPath() != "/x" {
			return nil
		}
		return []*proto.Response{refusal(q, proto.Response_TOO_LATE, "")}
	}
}

// remembers has a node know of a change to /x at revision 8.
func remembers(a *actor) {
	a.answer = func(q *proto.Request) []*proto.Response {
		if q.GetVerb() != proto.Request_WATCH || q.GetPath() != "/x" {
			return nil
		}
		return []*proto.Response{event(q, 5, "/x", "", 8)}
	}
}

// dialed is how often anything was dialed.
func (w *world) dialed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.dials)
}

// trio is a client of three nodes that behave alike.
func trio(t *testing.T, as func(*actor)) (*world, *Client) {
	w := newWorld(t, "a:1", "b:1", "c:1")
	c := w.client(w.config(), "a:1", "b:1", "c:1")
	synctest.Wait()
	for _, addr := range []string{"a:1", "b:1", "c:1"} {
		w.do(addr, as)
		c.link.nodes.put(addr, addr)
	}
	return w, c
}

// Where all nodes refuse writes, as under an overload, they are not burdened
// with connections as well; once one takes them it is found.
func TestReadonlyEverywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, c := trio(t, refuses(proto.Request_SET, proto.Response_READONLY, ""))
		before := w.dialed()
		for range 100 {
			_, err := c.Set(t.Context(), "/a", Clobber, nil)
			assert.T(t, errors.Is(err, ErrReadonly), err)
		}
		assert.Equal(t, freeMoves, w.dialed()-before)
		for _, addr := range []string{"a:1", "b:1", "c:1"} {
			assert.T(t, w.got(addr, proto.Request_SET) > 0, addr)
		}
		begun := time.Now()
		for time.Since(begun) < 10*time.Minute {
			_, err := c.Set(t.Context(), "/a", Clobber, nil)
			assert.T(t, errors.Is(err, ErrReadonly), err)
			time.Sleep(100 * time.Millisecond)
		}
		dials := w.dialed() - before
		assert.T(t, dials >= 20 && dials <= 45, dials)
		for _, addr := range []string{"a:1", "b:1", "c:1"} {
			if addr != c.link.cur.Load().addr {
				w.do(addr, func(a *actor) { a.answer = nil })
			}
		}
		begun = time.Now()
		for err := error(ErrReadonly); err != nil; {
			time.Sleep(10 * time.Millisecond)
			_, err = c.Set(t.Context(), "/a", Clobber, nil)
		}
		assert.T(t, time.Since(begun) <= maxPause, time.Since(begun))
		time.Sleep(maxPause + 2*calmAfter) // all is forgotten
		was := c.link.cur.Load().addr
		w.do(was, refuses(proto.Request_SET, proto.Response_READONLY, ""))
		_, err := c.Set(t.Context(), "/a", Clobber, nil)
		assert.Equal(t, nil, err)
		c.Close()
	})
}

// A revision that no node has any more is asked of each node once, not of each
// node for each watch.
func TestTooLateEverywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, c := trio(t, forgetful)
		before := w.dialed()
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				watch, err := c.Watch(t.Context(), "/x", int64(1+i%3))
				assert.Equal(t, nil, err)
				_, err = watch.Next()
				assert.T(t, errors.Is(err, ErrTooLate), err)
				watch.Close()
			})
			if i%2 == 0 {
				wg.Wait()
			}
		}
		wg.Wait()
		assert.T(t, w.dialed()-before <= 3*freeMoves, w.dialed()-before)
		c.Close()
	})
}

// ErrTooLate is no answer as long as a node that may have the revision was not
// asked, though moves were in vain a moment ago.
func TestTooLateAfterVainMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		c.link.nodes.put("a:1", "a:1")
		c.link.nodes.put("b:1", "b:1")
		w.do("b:1", func(a *actor) { a.refuse = true })
		w.do("a:1", refuses(proto.Request_GET, proto.Response_OTHER, "no quorum"))
		_, _, err := c.Get(t.Context(), "/a")
		assert.T(t, errors.Is(err, ErrNoQuorum), err)
		w.do("a:1", forgetful)
		w.do("b:1", remembers)
		w.do("b:1", func(a *actor) { a.refuse = false })
		watch, err := c.Watch(t.Context(), "/x", 3)
		assert.Equal(t, nil, err)
		ev, err := watch.Next()
		assert.Equal(t, nil, err)
		assert.Equal(t, int64(8), ev.Rev)
		c.Close()
	})
}

// What waits for a move ends with its context, or its client, and says so.
func TestEndDuringMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, closes := range []bool{true, false} {
			w := newWorld(t, "a:1", "b:1")
			c := w.client(w.config(), "a:1")
			synctest.Wait()
			c.link.nodes.put("b:1", "b:1")
			w.do("b:1", func(a *actor) { a.mute = true })
			w.do("a:1", func(a *actor) {
				a.answer = func(q *proto.Request) []*proto.Response {
					switch {
					case q.GetVerb() == proto.Request_WATCH && q.GetPath() == "/x":
						return []*proto.Response{refusal(q, proto.Response_TOO_LATE, "")}
					case q.GetVerb() == proto.Request_GET && !q.GetLocal():
						return []*proto.Response{refusal(q, proto.Response_OTHER, "no quorum")}
					case q.GetVerb() == proto.Request_SET:
						return []*proto.Response{refusal(q, proto.Response_READONLY, "")}
					}
					return nil
				}
			})
			ctx, cancel := context.WithCancel(t.Context())
			exp := ErrClosed
			if !closes {
				exp = context.Canceled
			}
			watch, err := c.Watch(ctx, "/x", 3)
			assert.Equal(t, nil, err)
			var wg sync.WaitGroup
			ends := func(f func() error) {
				wg.Go(func() {
					err := f()
					assert.T(t, errors.Is(err, exp), err)
					assert.T(t, !isAnswer(err), err)
				})
			}
			ends(func() error { _, err := watch.Next(); return err })
			ends(func() error { _, _, err := c.Get(ctx, "/a"); return err })
			ends(func() error { _, err := c.Set(ctx, "/a", Clobber, nil); return err })
			time.Sleep(100 * time.Millisecond)
			if closes {
				c.Close()
			} else {
				cancel()
			}
			wg.Wait()
			cancel()
			c.Close()
		}
	})
}

// A connection that is lost while a better node is looked for is noticed as
// soon as any.
func TestLossDuringMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		c.link.nodes.put("b:1", "b:1")
		w.do("b:1", func(a *actor) { a.mute = true })
		c.link.suggest(c.link.cur.Load(), ErrNoQuorum)
		synctest.Wait()
		w.cut("a:1")
		begun := time.Now()
		_, _, err := c.Get(t.Context(), "/a")
		assert.Equal(t, nil, err)
		assert.T(t, time.Since(begun) <= 2*dialStagger, time.Since(begun))
		c.Close()
	})
}
