package main

import (
	"context"
	"log/slog"
	"net"
	"sync/atomic"
	"testing"

	"github.com/ha/doozer/server"
	"github.com/ha/doozer/store"
)

// loner is a cluster of one, that agrees with itself.
type loner struct {
	store *store.Store
	work  chan func()
	alone atomic.Bool  // it has lost the others of its cluster
	takes atomic.Int64 // if not 0, so many writes less one, and then it is alone
}

func (n *loner) ID() string { return "5e5f0ac1bd7a7ea4" }

func (n *loner) Propose(ps []server.Proposal) {
	ps = append([]server.Proposal(nil), ps...)
	n.work <- func() {
		for _, p := range ps {
			if n.takes.Add(-1) == 0 {
				n.alone.Store(true)
			}
			if n.alone.Load() {
				p.To.Complete(p.Tag, 0, server.ErrOutcomeUnknown)
				p.To.Flush()
				continue
			}
			seqn := n.store.View().Applied() + 1
			errs := n.store.Apply([]store.Entry{{Seqn: seqn, Mutation: p.Mutation}}, seqn, nil)
			p.To.Complete(p.Tag, seqn, errs[0])
			p.To.Flush()
		}
	}
}

// Hurry has nothing to do.
func (n *loner) Hurry() {}

func (n *loner) Read(r server.Reader) {
	n.work <- func() {
		if n.alone.Load() {
			r.ReadReady(server.ErrNoQuorum)
		} else {
			r.ReadReady(nil)
		}
		r.Flush()
	}
}

// serve starts a node with an empty store and returns its address, and what
// ends it.
func serve() (n *loner, addr string, end func(), err error) {
	st, err := store.New(store.Config{})
	if err != nil {
		return nil, "", nil, err
	}
	n = &loner{store: st, work: make(chan func(), 1024)}
	go func() {
		for f := range n.work {
			f()
		}
	}()
	s, err := server.New(server.Config{Node: n, Store: st, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, "", nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", nil, err
	}
	go s.Serve(l)
	return n, l.Addr().String(), func() {
		s.Shutdown(context.Background())
		close(n.work)
	}, nil
}

// mustServe is serve for a test.
func mustServe(t *testing.T) (addr string) {
	_, addr, end, err := serve()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	return addr
}
