package client

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	doozerd "github.com/ha/doozer/peer"
)

// patience is how long a test waits for what has to come.
const patience = 20 * time.Second

// until polls for a condition that has to come.
func until(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !cond(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %v for: %s", patience, what)
		}
	}
}

// logs is what a node logs.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// running is a real node inside of the test.
type running struct {
	doozerd.Started
	stop context.CancelFunc
	done chan error
}

// startNode starts a node; the test ends it.
func startNode(t testing.TB, cfg doozerd.Config, attach ...string) *running {
	t.Helper()
	var l logs
	ready := make(chan doozerd.Started, 1)
	cfg.Attach = attach
	cfg.Log = slog.New(slog.NewTextHandler(&l, nil))
	cfg.Ready = func(s doozerd.Started) { ready <- s }
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:0"
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &running{stop: stop, done: make(chan error, 1)}
	go func() { r.done <- doozerd.Run(ctx, cfg) }()
	select {
	case r.Started = <-ready:
	case err := <-r.done:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.kill(t)
		if t.Failed() {
			t.Logf("node %s, %s:\n%s", r.ID, r.Started.Addr, l.buf.String())
		}
	})
	return r
}

// kill ends a node.
func (r *running) kill(t testing.TB) {
	t.Helper()
	r.stop()
	select {
	case err := <-r.done:
		if err != nil {
			t.Errorf("a node ended with %v", err)
		}
		r.done <- nil
	case <-time.After(patience):
		t.Fatal("a node does not end")
	}
}

// writable reports whether a node takes writes itself, by its own tree.
func (r *running) writable() bool {
	v, _ := r.Store.View().Get("/ctl/node/" + r.ID + "/writable")
	return string(v) == "true"
}

// only returns a client of this node alone.
func (r *running) only(t testing.TB) *Client {
	return dialed(t, Config{Pinned: true}, r.Started.Addr)
}

// dialed returns a client that is closed with the test.
func dialed(t testing.TB, cfg Config, uri string) *Client {
	t.Helper()
	c, err := cfg.Dial(soon(t), uri)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// quick is a cluster that gives the slot of a dead member away soon.
func quick() doozerd.Config { return doozerd.Config{Alpha: 512, Timeout: 700 * time.Millisecond} }

// steady is a cluster that removes nobody.
func steady() doozerd.Config { return doozerd.Config{Alpha: 512, Timeout: time.Minute} }

// startCluster starts n members.
func startCluster(t *testing.T, n int, cfg doozerd.Config) []*running {
	t.Helper()
	nodes := []*running{startNode(t, cfg)}
	c := nodes[0].only(t)
	defer c.Close()
	for i := 1; i < n; i++ {
		nodes = append(nodes, startNode(t, cfg, nodes[0].Started.Addr))
		_, err := c.Set(soon(t), fmt.Sprintf("/ctl/cal/%d", i), Missing, nil)
		assert.Equal(t, nil, err)
	}
	for _, r := range nodes {
		until(t, "all are members", r.writable)
	}
	return nodes
}

// knows waits until a client has found that many nodes.
func knows(t testing.TB, c *Client, n int) {
	t.Helper()
	until(t, fmt.Sprintf("the client knows %d nodes", n), func() bool {
		c.link.nodes.mu.Lock()
		defer c.link.nodes.mu.Unlock()
		return len(c.link.nodes.found) == n
	})
}

// nodeOf is the node that a client is connected to, and the others.
func nodeOf(t testing.TB, c *Client, nodes []*running) (its *running, others []*running) {
	t.Helper()
	id := c.link.cur.Load().id
	for _, r := range nodes {
		if r.ID == id {
			its = r
		} else {
			others = append(others, r)
		}
	}
	if its == nil {
		t.Fatalf("the client is connected to %s, which is none of the nodes", id)
	}
	return its, others
}

// noneLeft checks that of the goroutines of clients none is left, once all are
// closed.
func noneLeft(t testing.TB) {
	t.Helper()
	var stacks string
	gone := func() bool {
		buf := make([]byte, 1<<20)
		stacks = string(buf[:runtime.Stack(buf, true)])
		for _, kind := range []string{"Client", "link", "conn", "dialer", "race", "stream", "Watch", "Mirror", "Session", "Registration", "Lock", "place"} {
			if strings.Contains(stacks, "doozer/client.(*"+kind+")") {
				return false
			}
		}
		return true
	}
	for end := time.Now().Add(2 * time.Second); !gone(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("goroutines are left:\n%s", stacks)
		}
	}
}
