package client

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// member has a node be one of a cluster.
func member(cluster string) func(*actor) {
	return func(a *actor) {
		a.answer = func(q *proto.Request) []*proto.Response {
			if q.GetVerb() != proto.Request_GET || q.GetPath() != nameFile {
				return nil
			}
			r := answer(q, 3)
			r.Value = []byte(cluster)
			return []*proto.Response{r}
		}
	}
}

// names has a node be a name service that knows a node of a cluster.
func names(cluster, addr string) func(*actor) {
	return func(a *actor) {
		a.answer = func(q *proto.Request) []*proto.Response {
			switch {
			case q.GetVerb() == proto.Request_REV:
				r := answer(q, 3)
				r.Rev = ptr[int64](9)
				return []*proto.Response{r}
			case q.GetVerb() == proto.Request_WALK && strings.HasPrefix(q.GetPath(), "/ctl/ns/"+cluster+"/"):
				r := answer(q, 5)
				r.Path, r.Value, r.Rev = ptr("/ctl/ns/"+cluster+"/1"), []byte(addr), ptr[int64](1)
				return []*proto.Response{r, answer(q, 2)}
			}
			return nil
		}
	}
}

func mute(is bool) func(*actor) { return func(a *actor) { a.mute = is } }
func down(is bool) func(*actor) { return func(a *actor) { a.refuse = is } }

// A name service that does not answer does not keep a client from the nodes that it knows.
func TestSilentNameServiceDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "ns:1")
		w.do("a:1", member("shop"))
		w.do("ns:1", names("shop", "a:1"))
		cfg := w.config()
		cfg.Boot = "ns:1"
		c, err := cfg.Dial(t.Context(), "doozer:?cn=shop")
		assert.Equal(t, nil, err)
		synctest.Wait()
		for range 3 {
			w.do("ns:1", mute(true))
			w.do("a:1", down(true))
			w.cut("a:1")
			time.Sleep(time.Second) // so that there is a look-up
			w.do("a:1", down(false))
			begun := time.Now()
			_, _, err = c.Get(t.Context(), "/a")
			assert.Equal(t, nil, err)
			assert.T(t, time.Since(begun) <= DefaultMaxBackoff, time.Since(begun))
			time.Sleep(time.Minute)
			assert.Equal(t, ErrUnreachable, c.link.latestFailure())
		}
		c.Close()
	})
}

// Nor from those that its address names; nor do these, if they do not answer, from those
// that the name service knows.
func TestSilentNameServiceDelaysNoDial(t *testing.T) {
	for _, test := range []struct {
		silent  string
		patient bool
	}{{"ns:1", false}, {"ns:1", true}, {"b:1", false}} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "a:1", "b:1", "ns:1")
			w.do("a:1", member("shop"))
			w.do("b:1", member("shop"))
			w.do("ns:1", names("shop", "a:1"))
			w.do(test.silent, mute(true))
			cfg := w.config()
			cfg.Boot, cfg.Patient = "ns:1", test.patient
			begun := time.Now()
			c, err := cfg.Dial(t.Context(), "doozer:?cn=shop&ca=b:1")
			assert.Equal(t, nil, err)
			assert.T(t, time.Since(begun) <= dialStagger, time.Since(begun))
			c.Close()
		})
	}
}

// A patient client waits for its cluster, and tries as seldom as one that lost it.
func TestPatientDial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		w.do("a:1", down(true))
		cfg := w.config()
		_, err := cfg.Dial(t.Context(), "a:1")
		assert.T(t, errors.Is(err, ErrUnreachable), err)

		cfg.Patient = true
		begun := time.Now()
		time.AfterFunc(time.Minute, func() { w.do("a:1", down(false)) })
		c, err := cfg.Dial(t.Context(), "a:1")
		assert.Equal(t, nil, err)
		took := time.Since(begun)
		assert.T(t, took >= time.Minute && took <= time.Minute+DefaultMaxBackoff, took)
		w.do("a:1", func(*actor) { assert.T(t, len(w.dials) >= 30 && len(w.dials) <= 70, len(w.dials)) })
		c.Close()
	})
}

// It waits for the name service, too, and for what that knows.
func TestPatientDialByName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "ns:1")
		w.do("a:1", member("shop"))
		w.do("ns:1", down(true))
		cfg := w.config()
		cfg.Boot, cfg.Patient = "ns:1", true
		time.AfterFunc(10*time.Second, func() { w.do("ns:1", down(false)) })
		time.AfterFunc(30*time.Second, func() { w.do("ns:1", names("shop", "a:1")) })
		begun := time.Now()
		c, err := cfg.Dial(t.Context(), "doozer:?cn=shop")
		assert.Equal(t, nil, err)
		took := time.Since(begun)
		assert.T(t, took >= 30*time.Second && took <= 30*time.Second+2*DefaultMaxBackoff, took)
		c.Close()
	})
}

// When its context ends it says what it has waited for.
func TestPatientDialEnds(t *testing.T) {
	for _, uri := range []string{"a:1", "doozer:?cn=shop", "doozer:?cn=shop&ca=a:1"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			cfg := w.config()
			cfg.Patient, cfg.Boot = true, "ns:1"
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			begun := time.Now()
			_, err := cfg.Dial(ctx, uri)
			assert.Equal(t, 10*time.Second, time.Since(begun))
			assert.T(t, errors.Is(err, ErrUnreachable) && errors.Is(err, context.DeadlineExceeded), err)
			assert.T(t, strings.Contains(err.Error(), ":1: refused"), err)
		})
	}
}

// What waiting does not mend it does not wait for.
func TestPatientDialOfTheHopeless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1", "ns:1")
		w.do("a:1", refuses(proto.Request_ACCESS, proto.Response_OTHER, "permission denied"))
		w.do("ns:1", refuses(proto.Request_REV, proto.Response_OTHER, "permission denied"))
		cfg := w.config()
		cfg.Patient = true
		begun := time.Now()
		_, err := cfg.Dial(t.Context(), "doozer:?ca=a:1&sk=x")
		assert.T(t, errors.Is(err, ErrPermission), err)
		for boot, why := range map[string]error{"ns:1": ErrPermission, "doozer:?cn=ns": ErrNoBoot} {
			cfg.Boot = boot
			_, err = cfg.Dial(t.Context(), "doozer:?cn=shop")
			assert.T(t, errors.Is(err, why), err)
		}
		_, err = cfg.Dial(t.Context(), "doozer:?cn=*")
		assert.T(t, errors.Is(err, ErrBadPath), err)
		assert.T(t, time.Since(begun) < dialStagger)
	})
}
