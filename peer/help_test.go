package peer

import (
	"bytes"
	"context"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

// patience is how long a test waits for what has to come.
const patience = 20 * time.Second

// until polls for a condition that has to come.
func until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !cond(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %v for: %s", patience, what)
		}
	}
}

// logs collects what nodes log.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) count(part string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.buf.String(), part)
}

// running is a node inside of the test.
type running struct {
	*daemon
	Started
	logs *logs
	stop context.CancelFunc
	done chan error
}

// testConfig is that of a node for tests: a small window, a free port.
func testConfig(attach ...string) Config {
	return Config{Addr: "127.0.0.1:0", Attach: attach, Alpha: 512, Timeout: time.Minute}
}

// start starts a node; the test ends it.
func start(t *testing.T, cfg Config) *running {
	t.Helper()
	r := &running{logs: new(logs), done: make(chan error, 1)}
	cfg.Log = slog.New(slog.NewTextHandler(r.logs, nil))
	ready := make(chan Started, 1)
	cfg.Ready = func(s Started) { ready <- s }
	ctx, stop := context.WithCancel(t.Context())
	r.stop = stop
	d, err := open(ctx, cfg)
	assert.Equal(t, nil, err)
	r.daemon = d
	go func() { r.done <- d.live(ctx) }()
	r.Started = <-ready
	t.Cleanup(func() {
		r.kill(t)
		if t.Failed() {
			t.Logf("node %s, %s:\n%s", r.ID, r.Started.Addr, r.logs.buf.String())
		}
	})
	return r
}

// kill ends a node, with no goodbye to anybody. It is quick.
func (r *running) kill(t *testing.T) {
	t.Helper()
	r.stop()
	select {
	case err := <-r.done:
		assert.Equal(t, nil, err)
		r.done <- nil
	case <-time.After(patience):
		buf := make([]byte, 1<<20)
		t.Fatalf("a node does not end:\n%s", buf[:runtime.Stack(buf, true)])
	}
}

func (r *running) dial(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.Config{Pinned: true}.Dial(t.Context(), r.Started.Addr)
	assert.Equal(t, nil, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// file is what a node's own store shows, whatever the others have.
func (r *running) file(path string) string {
	value, _ := r.Store.View().Get(path)
	return string(value)
}

// members are the voters by the tree of a node.
func (r *running) members() []string { return voters(r.Store.View()) }

// cluster starts n members.
func cluster(t *testing.T, n int, cfg func(attach ...string) Config) []*running {
	t.Helper()
	nodes := []*running{start(t, cfg())}
	c := nodes[0].dial(t)
	for i := 1; i < n; i++ {
		nodes = append(nodes, start(t, cfg(nodes[0].Started.Addr)))
		_, err := c.Set(t.Context(), calPath(string(rune('0'+i))), store.Missing, nil)
		assert.Equal(t, nil, err)
	}
	for _, r := range nodes {
		until(t, "all are members that take writes", func() bool {
			return len(r.members()) == n && r.file(nodePath(r.ID, "writable")) == "true"
		})
	}
	return nodes
}
