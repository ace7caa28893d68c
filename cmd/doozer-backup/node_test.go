package main

import (
	"context"
	"log/slog"
	"net"

	"github.com/ha/doozer/server"
	"github.com/ha/doozer/store"
)

// node is a cluster of one, that agrees with itself, and may be told to misbehave.
type node struct {
	store  *store.Store
	work   chan func()
	writes int // so far
	faults faults
	rush   int // by the time that a read is answered so many writes have followed
}

// faults is which writes, counted from 1, have no proper answer; 0: none.
type faults struct {
	forget int // each so-manieth is not done, and its outcome unknown
	hide   int // each so-manieth is done, and its outcome unknown
	refuse int // each so-manieth is refused, as by a node that has too much to do
	cancel int // before this one is done, stop is called
	stop   func()
}

func every(n, count int) bool { return n > 0 && count%n == 0 }

func (n *node) ID() string { return "5e5f0ac1bd7a7ea4" }

func (n *node) Propose(ps []server.Proposal) {
	ps = append([]server.Proposal(nil), ps...)
	n.work <- func() {
		for _, p := range ps {
			rev, err := n.propose(p)
			p.To.Complete(p.Tag, rev, err)
			p.To.Flush()
		}
	}
}

func (n *node) propose(p server.Proposal) (int64, error) {
	n.writes++
	if n.writes == n.faults.cancel {
		n.faults.stop()
	}
	switch {
	case every(n.faults.forget, n.writes):
		return 0, server.ErrOutcomeUnknown
	case every(n.faults.refuse, n.writes):
		return 0, server.ErrReadonly
	}
	seqn := n.store.View().Applied() + 1
	errs := n.store.Apply([]store.Entry{{Seqn: seqn, Mutation: p.Mutation}}, seqn, nil)
	if every(n.faults.hide, n.writes) {
		return 0, server.ErrOutcomeUnknown
	}
	return seqn, errs[0]
}

// Hurry has nothing to do.
func (n *node) Hurry() {}

func (n *node) Read(r server.Reader) {
	n.work <- func() {
		r.ReadReady(nil)
		for range n.rush {
			n.write("/rush", "x")
		}
		r.Flush()
	}
}

// write sets a file. It belongs to the node's goroutine.
func (n *node) write(path, value string) error {
	m, err := store.EncodeSet(path, []byte(value), store.Clobber)
	if err != nil {
		return err
	}
	seqn := n.store.View().Applied() + 1
	return n.store.Apply([]store.Entry{{Seqn: seqn, Mutation: m}}, seqn, nil)[0]
}

// serve starts a node with an empty store and returns its address, and what ends it.
func serve() (n *node, addr string, end func(), err error) { return serveWith(store.Config{}) }

func serveWith(cfg store.Config) (n *node, addr string, end func(), err error) {
	st, err := store.New(cfg)
	if err != nil {
		return nil, "", nil, err
	}
	n = &node{store: st, work: make(chan func(), 1024)}
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
