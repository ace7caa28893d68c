package client

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

const idFile = "/id" // by which these tests tell clusters apart that have one name

var errForeign = errors.New("a foreign cluster")

// onlyOurs admits nodes of the cluster "ours".
func onlyOurs(_ context.Context, read func(string) ([]byte, int64, error)) error {
	id, _, err := read(idFile)
	if err == nil && string(id) != "ours" {
		err = fmt.Errorf("%w: %q", errForeign, id)
	}
	return err
}

// of has a node be of the cluster id, with changes of /x at these revisions.
func of(id string, revs ...int64) func(*actor) {
	return func(a *actor) {
		a.refuse = false
		a.answer = func(q *proto.Request) (rs []*proto.Response) {
			switch {
			case q.GetVerb() == proto.Request_GET && q.GetPath() == idFile:
				r := answer(q, 3)
				r.Value, r.Rev = []byte(id), ptr[int64](2)
				return []*proto.Response{r}
			case q.GetVerb() == proto.Request_WATCH && q.GetPath() == "/x":
				for _, rev := range revs {
					if rev >= q.GetRev() {
						rs = append(rs, event(q, 5, "/x", id, rev))
					}
				}
			}
			return rs
		}
	}
}

// touched is how often calls and watches came to a node, and the client's own
// questions whether it will do.
func (w *world) touched(addr string) (n int) {
	for _, verb := range []proto.Request_Verb{
		proto.Request_NOP, proto.Request_SET, proto.Request_REV, proto.Request_WALK, proto.Request_WATCH,
	} {
		n += w.got(addr, verb)
	}
	return n
}

// Dial tells why it took no node, whatever the client is, and whatever others do.
func TestAdmitRefusesDial(t *testing.T) {
	for _, pinned := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "a:1", "mute:1")
			w.do("a:1", of("theirs"))
			w.do("mute:1", func(a *actor) { a.mute = true })
			cfg := w.config()
			cfg.Pinned, cfg.Admit = pinned, onlyOurs
			_, err := cfg.Dial(t.Context(), "a:1")
			assert.T(t, errors.Is(err, errForeign), err)
			assert.T(t, errors.Is(err, ErrUnreachable), err)
			assert.Equal(t, `no node can be reached: a:1: a foreign cluster: "theirs"`, err.Error())

			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err = cfg.Dial(ctx, "doozer:?ca=mute:1&ca=a:1")
			assert.T(t, errors.Is(err, errForeign), err)
			assert.T(t, errors.Is(err, context.DeadlineExceeded), err)
			assert.Equal(t, `no node can be reached: a:1: a foreign cluster: "theirs"; context deadline exceeded`, err.Error())
			assert.Equal(t, 0, w.touched("a:1"))

			w.do("a:1", of("ours"))
			c, err := cfg.Dial(t.Context(), "a:1")
			assert.Equal(t, nil, err)
			assert.Equal(t, nil, c.Nop(t.Context()))
			c.Close()
		})
	}
}

// A node that refuses the secret does not hide that another one is foreign, nor
// does a node's answer that Admit passes on look like an answer to Dial.
func TestAdmitAmongRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		w.do("a:1", of("theirs"))
		w.do("b:1", refuses(proto.Request_ACCESS, proto.Response_OTHER, "permission denied"))
		cfg := w.config()
		cfg.Admit = onlyOurs
		_, err := cfg.Dial(t.Context(), "doozer:?ca=a:1&ca=b:1&sk=s")
		assert.T(t, errors.Is(err, errForeign), err)
		assert.T(t, errors.Is(err, ErrUnreachable), err)

		w.do("a:1", func(a *actor) {
			a.answer = func(q *proto.Request) []*proto.Response {
				if q.GetVerb() != proto.Request_GET {
					return nil
				}
				return []*proto.Response{refusal(q, proto.Response_ISDIR, "")}
			}
		})
		_, err = cfg.Dial(t.Context(), "a:1")
		assert.T(t, errors.Is(err, ErrIsDir), err)
		assert.T(t, errors.Is(err, ErrUnreachable), err)
	})
}

// Admit reads after the secret was presented, what the node has itself, and only
// until it returns.
func TestAdmitReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		w.do("a:1", of("ours"))
		var kept func(string) ([]byte, int64, error)
		cfg := w.config()
		cfg.Admit = func(_ context.Context, read func(string) ([]byte, int64, error)) error {
			kept = read
			assert.Equal(t, 1, w.got("a:1", proto.Request_ACCESS))
			v, rev, err := read(idFile)
			assert.Equal(t, nil, err)
			assert.Equal(t, "ours", string(v))
			assert.Equal(t, int64(2), rev)
			w.do("a:1", refuses(proto.Request_GET, proto.Response_OTHER, "no quorum"))
			_, rev, err = read("/missing")
			assert.Equal(t, nil, err)
			assert.Equal(t, int64(Missing), rev)
			return nil
		}
		c, err := cfg.Dial(t.Context(), "doozer:?ca=a:1&sk=s")
		assert.Equal(t, nil, err)
		_, _, err = kept(idFile)
		assert.T(t, errors.Is(err, context.Canceled), err)
		c.Close()
	})
}

// Whether a connection is lost or left, the next one is to an admitted node.
func TestAdmitOnFailover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1", "c:1")
		w.do("a:1", of("ours"))
		w.do("b:1", of("theirs"))
		w.do("c:1", of("ours"))
		cfg := w.config()
		cfg.Admit = onlyOurs
		c := w.client(cfg, "a:1")
		synctest.Wait()
		c.link.nodes.put("b", "b:1")
		c.link.nodes.put("c", "c:1")
		for range 4 {
			w.cut(c.link.cur.Load().addr)
			assert.Equal(t, nil, c.Nop(t.Context()))
			time.Sleep(2 * avoidFor) // what failed may be tried first again
		}
		for range 4 {
			was := c.link.cur.Load().addr
			c.link.suggest(c.link.cur.Load(), ErrNoQuorum)
			synctest.Wait()
			assert.NotEqual(t, was, c.link.cur.Load().addr)
			time.Sleep(time.Minute)
		}
		assert.T(t, w.got("b:1", proto.Request_GET) > 0, "it was asked")
		assert.Equal(t, 0, w.touched("b:1"))
		c.Close()
	})
}

// A watch outlives a foreign cluster at the address of its node, of which it
// brings nothing, and goes on where it was once its own is back, there or
// elsewhere.
func TestWatchOutlivesForeignCluster(t *testing.T) {
	for _, back := range []string{"a:1", "b:1"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "a:1", "b:1")
			w.do("a:1", of("ours", 5, 6))
			w.do("b:1", func(a *actor) { a.refuse = true })
			cfg := w.config()
			cfg.Admit = onlyOurs
			c := w.client(cfg, "a:1", "b:1")
			watch, err := c.Watch(t.Context(), "/x", 5)
			assert.Equal(t, nil, err)
			brings(t, watch, 5, 6)

			synctest.Wait() // nothing is under way at the node while it changes
			before := w.touched("a:1")
			w.do("a:1", of("theirs", 5, 6, 7, 8, 9))
			w.cut("a:1")
			got := make(chan error, 1)
			go func() { got <- c.Nop(t.Context()) }()
			time.Sleep(time.Minute)
			assert.T(t, !watch.Pending())
			assert.Equal(t, before, w.touched("a:1"))
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err = c.Nop(ctx)
			assert.T(t, errors.Is(err, errForeign), err)
			assert.T(t, errors.Is(err, ErrUnreachable), err)
			assert.T(t, errors.Is(err, context.DeadlineExceeded), err)

			w.do(back, of("ours", 5, 6, 7, 9))
			assert.Equal(t, nil, <-got)
			brings(t, watch, 7, 9)
			at(t, c, back)
			if back != "a:1" {
				assert.Equal(t, before, w.touched("a:1"))
			}
			c.Close()
		})
	}
}

// brings checks the next changes of a watch.
func brings(t *testing.T, w *Watch, revs ...int64) {
	t.Helper()
	for _, rev := range revs {
		ev, err := w.Next()
		assert.Equal(t, nil, err)
		assert.Equal(t, rev, ev.Rev)
		assert.Equal(t, "ours", string(ev.Value))
	}
}

// With GiveUp calls do not wait for an admitted node for longer than that, and
// whatever the refusal looks like the client goes on.
func TestAdmitAndGiveUp(t *testing.T) {
	for _, why := range []error{errForeign, ErrClosed, ErrLost, ErrTooLate, ErrReadonly, context.DeadlineExceeded} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "a:1")
			w.do("a:1", of("ours"))
			cfg := w.config()
			cfg.GiveUp = time.Second
			cfg.Admit = func(ctx context.Context, read func(string) ([]byte, int64, error)) error {
				if onlyOurs(ctx, read) != nil {
					return fmt.Errorf("refused: %w", why)
				}
				return nil
			}
			c := w.client(cfg, "a:1")
			synctest.Wait()
			w.do("a:1", of("theirs"))
			w.cut("a:1")
			synctest.Wait() // else it may be sent
			begun := time.Now()
			_, err := c.Set(t.Context(), "/a", Clobber, nil)
			assert.T(t, errors.Is(err, why), err)
			assert.T(t, errors.Is(err, ErrUnreachable), err)
			assert.T(t, !errors.Is(err, ErrOutcomeUnknown), err)
			assert.Equal(t, cfg.GiveUp, time.Since(begun))
			time.Sleep(time.Minute)
			w.do("a:1", of("ours"))
			time.Sleep(DefaultMaxBackoff)
			assert.Equal(t, nil, c.Nop(t.Context()))
			c.Close()
		})
	}
}

// A connection that is lost meanwhile is not admitted, and ends nothing but that attempt.
func TestConnectionLostDuringAdmit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1")
		w.do("b:1", of("ours"))
		w.do("a:1", func(a *actor) {
			a.answer = func(q *proto.Request) []*proto.Response {
				if q.GetVerb() != proto.Request_GET {
					return nil
				}
				for _, nc := range a.conns {
					nc.Close()
				}
				return []*proto.Response{}
			}
		})
		cfg := w.config()
		cfg.Admit = onlyOurs
		begun := time.Now()
		_, err := cfg.Dial(t.Context(), "a:1")
		assert.T(t, errors.Is(err, ErrLost), err)
		assert.T(t, errors.Is(err, ErrUnreachable), err)
		assert.Equal(t, "no node can be reached: a:1: get /id: connection lost: the node closed it", err.Error())
		assert.Equal(t, begun, time.Now())
		c := w.client(cfg, "a:1", "b:1")
		at(t, c, "b:1")
		c.Close()
	})
}

// Admit lasts as long as its context: that of Dial, or of the client, or 5 s.
func TestContextEndsAdmit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		cfg := w.config()
		slow := false
		cfg.Admit = func(ctx context.Context, _ func(string) ([]byte, int64, error)) error {
			if !slow {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}
		c := w.client(cfg, "a:1")
		slow = true
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := cfg.Dial(ctx, "a:1")
		assert.T(t, errors.Is(err, context.DeadlineExceeded), err)
		assert.T(t, errors.Is(err, ErrUnreachable), err)
		assert.Equal(t, time.Second, time.Since(begun))
		_, err = cfg.Dial(t.Context(), "a:1")
		assert.T(t, errors.Is(err, ErrUnreachable), err)
		assert.Equal(t, time.Second+answerTimeout, time.Since(begun))

		w.cut("a:1")
		time.Sleep(time.Second) // it is asked about the node
		begun = time.Now()
		c.Close()
		assert.Equal(t, begun, time.Now())
	})
}
