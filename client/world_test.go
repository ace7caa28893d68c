package client

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/ha/doozer/proto"
)

// world is a network of nodes that a test plays, in virtual time.
type world struct {
	t       testing.TB
	serving sync.WaitGroup // until all connections to nodes have ended

	mu    sync.Mutex
	nodes map[string]*actor // by address
	dials []time.Time
}

// actor is a node that a test plays. Its fields are changed by way of world.do.
type actor struct {
	id     string                                   // its address, too
	refuse bool                                     // nobody listens
	mute   bool                                     // it reads, and answers nothing
	answer func(q *proto.Request) []*proto.Response // nil: answers as a healthy, empty node
	got    map[proto.Request_Verb]int
	conns  []net.Conn
}

func newWorld(t testing.TB, addrs ...string) *world {
	w := &world{t: t, nodes: make(map[string]*actor)}
	for _, addr := range addrs {
		w.nodes[addr] = &actor{id: addr, got: make(map[proto.Request_Verb]int)}
	}
	return w
}

// do changes a node, or looks at it.
func (w *world) do(addr string, f func(a *actor)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(w.nodes[addr])
}

// got is how often a node was asked for a verb.
func (w *world) got(addr string, verb proto.Request_Verb) (n int) {
	w.do(addr, func(a *actor) { n = a.got[verb] })
	return n
}

// cut ends the connections to a node.
func (w *world) cut(addr string) {
	w.do(addr, func(a *actor) {
		for _, nc := range a.conns {
			nc.Close()
		}
	})
}

// config is that of a client of this world.
func (w *world) config() Config { return Config{DialContext: w.dial} }

// client dials the nodes at addrs, of which one is healthy.
func (w *world) client(cfg Config, addrs ...string) *Client {
	uri := "doozer:?"
	for _, addr := range addrs {
		uri += "&ca=" + addr
	}
	c, err := cfg.Dial(w.t.Context(), uri)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) dial(_ context.Context, _, addr string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dials = append(w.dials, time.Now())
	a := w.nodes[addr]
	if a == nil || a.refuse {
		return nil, errors.New(addr + ": refused")
	}
	ours, theirs := net.Pipe()
	a.conns = append(a.conns, theirs)
	w.serving.Go(func() { w.serve(a, &peer{t: w.t, nc: theirs}) })
	return ours, nil
}

func (w *world) serve(a *actor, p *peer) {
	defer p.nc.Close()
	for q := p.recv(); q != nil; q = p.recv() {
		w.mu.Lock()
		a.got[q.GetVerb()]++
		rs := a.answers(q)
		w.mu.Unlock()
		for _, r := range rs {
			if _, err := p.nc.Write(proto.AppendFrame(nil, r)); err != nil {
				return
			}
		}
	}
}

func (a *actor) answers(q *proto.Request) []*proto.Response {
	if a.mute {
		return nil
	}
	if a.answer != nil {
		if rs := a.answer(q); rs != nil {
			return rs
		}
	}
	switch q.GetVerb() {
	case proto.Request_WATCH, proto.Request_WAIT:
		return nil
	}
	r := answer(q, 3)
	if q.GetVerb() == proto.Request_SELF {
		r.Value = []byte(a.id)
	}
	return []*proto.Response{r}
}

// refuses has a node refuse a verb, but for requests of its own copy.
func refuses(verb proto.Request_Verb, code proto.Response_Err, detail string) func(*actor) {
	return func(a *actor) {
		a.answer = func(q *proto.Request) []*proto.Response {
			if q.GetVerb() != verb || q.GetLocal() {
				return nil
			}
			return []*proto.Response{refusal(q, code, detail)}
		}
	}
}

// silent has a node not answer a verb.
func silent(verb proto.Request_Verb) func(*actor) {
	return func(a *actor) {
		a.answer = func(q *proto.Request) []*proto.Response {
			if q.GetVerb() != verb {
				return nil
			}
			return []*proto.Response{}
		}
	}
}
