package client

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// named has a node say which cluster it is of; "" lets nobody read that.
func named(cluster string) func(*actor) {
	return func(a *actor) {
		a.answer = func(q *proto.Request) []*proto.Response {
			switch {
			case q.GetVerb() != proto.Request_GET || q.GetPath() != nameFile:
				return nil
			case cluster == "":
				return []*proto.Response{refusal(q, proto.Response_OTHER, "permission denied")}
			}
			r := answer(q, 3)
			r.Value, r.Rev = []byte(cluster), ptr[int64](1)
			return []*proto.Response{r}
		}
	}
}

// An address that the cluster left behind may be another cluster's now: nothing
// is read there, nor written.
func TestOtherCluster(t *testing.T) {
	a := startNode(t, steady())
	cfg := steady()
	cfg.Cluster = "another"
	b := startNode(t, cfg)
	_, err := b.only(t).Set(soon(t), "/who", Clobber, []byte("B"))
	assert.Equal(t, nil, err)
	_, err = a.only(t).Set(soon(t), "/ctl/node/stale/addr", Clobber, []byte(b.Started.Addr))
	assert.Equal(t, nil, err)
	c := dialed(t, Config{}, a.Started.Addr)
	knows(t, c, 2)
	a.kill(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, _, err = c.Get(ctx, "/who")
	assert.T(t, errors.Is(err, ErrUnreachable), err)
	_, err = c.Set(ctx, "/who", Clobber, []byte("written by a client of A"))
	assert.T(t, errors.Is(err, context.DeadlineExceeded), err)
	v, _, err := b.only(t).Get(soon(t), "/who")
	assert.Equal(t, nil, err)
	assert.Equal(t, "B", string(v))
}

// The client is of the cluster whose name it reads first, be it after ACCESS; a
// node that does not let it be read is let pass.
func TestClusterName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "b:1", "c:1")
		w.do("a:1", named(""))
		w.do("b:1", named("other"))
		w.do("c:1", named(""))
		c := w.client(w.config(), "a:1")
		w.do("a:1", named("ours")) // as ACCESS would have it
		time.Sleep(2 * findPeriod)
		c.link.nodes.put("b", "b:1")
		c.link.nodes.put("c", "c:1")
		for range 3 {
			w.cut(c.link.cur.Load().addr)
			assert.Equal(t, nil, c.Nop(t.Context()))
		}
		assert.Equal(t, 0, w.got("b:1", proto.Request_NOP))
		assert.T(t, w.got("c:1", proto.Request_NOP) > 0)
		c.Close()
	})
}
