package server

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// testNode is a cluster of one: a goroutine that applies what is proposed.
type testNode struct {
	store *store.Store
	ended chan struct{}

	mu        sync.Mutex
	wake      sync.Cond
	proposals []Proposal
	reads     []Reader
	proposed  int  // proposals that ever came
	hold      bool // nothing is agreed on meanwhile
	failWith  error
	closed    bool
}

func newTestNode(tb testing.TB, cfg store.Config) *testNode {
	st, err := store.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	n := &testNode{store: st, ended: make(chan struct{})}
	n.wake.L = &n.mu
	go n.loop()
	tb.Cleanup(func() {
		n.set(func() { n.closed = true })
		<-n.ended
	})
	return n
}

func (n *testNode) ID() string { return "0123456789abcdef" }

func (n *testNode) Propose(ps []Proposal) {
	n.set(func() {
		n.proposals = append(n.proposals, ps...)
		n.proposed += len(ps)
	})
}

// Hurry has nothing to do.
func (n *testNode) Hurry() {}

func (n *testNode) Read(r Reader) { n.set(func() { n.reads = append(n.reads, r) }) }

// set changes the node's fields and wakes its loop.
func (n *testNode) set(change func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	change()
	n.wake.Broadcast()
}

func (n *testNode) loop() {
	defer close(n.ended)
	var ps []Proposal
	var rs []Reader
	var fail error
	for {
		n.mu.Lock()
		for !n.closed && (n.hold || len(n.proposals)+len(n.reads) == 0) {
			n.wake.Wait()
		}
		if n.closed {
			n.mu.Unlock()
			return
		}
		n.mu.Unlock()
		runtime.Gosched() // let others come along
		n.mu.Lock()
		ps, n.proposals = n.proposals, ps[:0]
		rs, n.reads = n.reads, rs[:0]
		fail = n.failWith
		n.mu.Unlock()
		n.agree(ps, rs, fail)
	}
}

func (n *testNode) agree(ps []Proposal, rs []Reader, fail error) {
	to := n.store.View().Applied()
	first := to + 1
	var entries []store.Entry
	for _, p := range ps {
		if fail == nil {
			to++
			entries = append(entries, store.Entry{Seqn: to, Mutation: p.Mutation})
		}
	}
	results := n.store.Apply(entries, to, nil)
	var last Completer
	for i, p := range ps {
		if last != nil && p.To != last {
			last.Flush()
		}
		if last = p.To; fail != nil {
			p.To.Complete(p.Tag, 0, fail)
		} else {
			p.To.Complete(p.Tag, first+int64(i), results[i])
		}
	}
	if last != nil {
		last.Flush()
	}
	for _, r := range rs {
		if fail != nil && !errors.Is(fail, ErrNoQuorum) {
			fail = nil
		}
		r.ReadReady(fail)
		r.Flush()
	}
}

// write applies mutations without the server, each at the next revision.
func (n *testNode) write(tb testing.TB, mutations ...[]byte) {
	done := make(chan error, len(mutations))
	var ps []Proposal
	for _, m := range mutations {
		ps = append(ps, Proposal{Mutation: m, To: completion(done)})
	}
	n.Propose(ps)
	for range mutations {
		select {
		case err := <-done:
			if err != nil {
				tb.Fatal(err)
			}
		case <-time.After(10 * time.Second):
			tb.Fatal("a write was not applied")
		}
	}
}

type completion chan error

func (c completion) Complete(_ uint64, _ int64, err error) { c <- err }
func (c completion) Flush()                                {}

func set(tb testing.TB, path, value string) []byte {
	m, err := store.EncodeSet(path, []byte(value), store.Clobber)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func del(tb testing.TB, path string) []byte {
	m, err := store.EncodeDel(path, store.Clobber)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// house is a server with its node, listening.
type house struct {
	node *testNode
	srv  *Server
	addr string
	log  *logLines
}

// start makes a house; change, if not nil, changes its config.
func start(tb testing.TB, change func(*Config)) *house {
	h := &house{node: newTestNode(tb, store.Config{}), log: new(logLines)}
	h.listen(tb, change)
	return h
}

func (h *house) listen(tb testing.TB, change func(*Config)) {
	cfg := Config{Node: h.node, Store: h.node.store, Log: slog.New(slog.NewTextHandler(h.log, nil))}
	cfg.Pollers = pollers(tb)
	if change != nil {
		change(&cfg)
	}
	var err error
	if h.srv, err = New(cfg); err != nil {
		tb.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	h.addr = l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- h.srv.Serve(l) }()
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := h.srv.Shutdown(ctx); err != nil {
			tb.Errorf("shutdown: %v", err)
		}
		if err := <-served; !errors.Is(err, ErrServerClosed) {
			tb.Errorf("Serve returned %v", err)
		}
	})
}

// polling is whether pollers read the connections.
var polling = true

// TestMain runs the tests twice: with pollers, and with a goroutine for each connection.
func TestMain(m *testing.M) {
	code := m.Run()
	if polling = false; flag.Lookup("test.bench").Value.String() == "" {
		code = max(code, m.Run())
	}
	os.Exit(code)
}

// pollers makes some that end with the test; none where there can be none.
func pollers(tb testing.TB) []*proto.Poller {
	var ps []*proto.Poller
	for range 2 {
		if !polling {
			break
		}
		p, err := proto.NewPoller(func() bool { return false })
		if errors.Is(err, proto.ErrNotPolled) {
			break
		}
		if err != nil {
			tb.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			p.Run()
			close(ended)
		}()
		tb.Cleanup(func() {
			p.Close()
			<-ended
		})
		ps = append(ps, p)
	}
	return ps
}

// logLines keeps what was logged.
type logLines struct {
	mu    sync.Mutex
	lines []string
}

func (l *logLines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, string(b))
	return len(b), nil
}

func (l *logLines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines...)
}

// until polls for what another goroutine brings about.
func until(tb testing.TB, what string, is func() bool) {
	tb.Helper()
	for end := time.Now().Add(10 * time.Second); !is(); {
		if time.Now().After(end) {
			tb.Fatal("did not come about: " + what)
		}
		time.Sleep(time.Millisecond)
	}
}

var _ Node = (*testNode)(nil)
var _ proto.Marshaler = (*proto.Request)(nil)
