package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/peer"
	"github.com/ha/doozer/store"
)

func TestFlags(t *testing.T) {
	opt, err := parse(nil, io.Discard)
	assert.Equal(t, nil, err)
	assert.Equal(t, "127.0.0.1:8046", opt.peer.Addr)
	assert.Equal(t, "127.0.0.1:8080", opt.web)
	assert.T(t, !opt.webGiven)
	assert.Equal(t, time.Minute, opt.peer.Timeout)
	assert.Equal(t, 70*time.Millisecond, opt.peer.Fill)
	assert.Equal(t, time.Second, opt.peer.Pulse)
	assert.Equal(t, "local", opt.peer.Cluster)
	assert.Equal(t, 360_000, opt.peer.History)
	assert.Equal(t, int64(256<<20), opt.peer.HistoryBytes)

	opt, err = parse(strings.Fields("-l h:1 -w false -a x:1 -a y:2 -c c -timeout 5 -fill .05 -pulse 250ms -hist 7 -histbytes 8"), io.Discard)
	assert.Equal(t, nil, err)
	assert.Equal(t, "h:1", opt.peer.Addr)
	assert.Equal(t, "", opt.web)
	assert.Equal(t, []string{"x:1", "y:2"}, opt.peer.Attach)
	assert.Equal(t, 5*time.Second, opt.peer.Timeout)
	assert.Equal(t, 50*time.Millisecond, opt.peer.Fill)
	assert.Equal(t, 250*time.Millisecond, opt.peer.Pulse)
	assert.Equal(t, 7, opt.peer.History)
	assert.Equal(t, int64(8), opt.peer.HistoryBytes)
}

// exit runs the program, which has to end by itself, and returns its status
// and what it wrote to stderr.
func exit(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	status := run(ctx, args, io.Discard, &out)
	assert.Equal(t, nil, ctx.Err())
	return status, out.String()
}

// What is wrong with the command line is told in one line, with status 2, before anything
// is begun.
func TestWrongFlags(t *testing.T) {
	for _, args := range []string{
		"-x", "-a", "-v=x", "extra", "-fill x", "-fill 0", "-fill 1us", "-fill 20", "-pulse -1", "-pulse 1us",
		"-timeout nan", "-timeout 1e300", "-timeout 0.1", "-hist 0", "-hist x", "-histbytes 0", "-c a/b",
		"-l nonsense", "-l 127.0.0.1", "-l 127.0.0.1:http", "-l 127.0.0.1:65536", "-a nonsense", "-a 127.0.0.1:65536",
		"-l 127.0.0.1:9047 -a 127.0.0.1:9047", "-w nonsense", "-w 127.0.0.1:http", "-w 127.0.0.1:-1", "-restore=", "-restore x -a 127.0.0.1:1",
	} {
		status, out := exit(t, strings.Fields(args)...)
		assert.Equal(t, 2, status, args)
		assertOneLine(t, args, out)
	}
	status, _ := exit(t, "-h")
	assert.Equal(t, 0, status)
}

func assertOneLine(t *testing.T, args, out string) {
	t.Helper()
	assert.T(t, strings.HasPrefix(out, "doozerd: ") && strings.Count(out, "\n") == 1, args, out)
}

func TestCannotBegin(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	defer l.Close()
	taken := l.Addr().String()
	for _, args := range []string{
		"-w false -l :8046", "-w false -l 0.0.0.0:8046", "-w false -l " + taken, "-l 127.0.0.1:0 -w " + taken,
	} {
		status, out := exit(t, strings.Fields(args)...)
		assert.Equal(t, 1, status, args)
		assertOneLine(t, args, out)
	}
}

// What is wrong with -l is not said of the page, which would be at the same host.
func TestWrongHost(t *testing.T) {
	for want, args := range map[string]string{
		"doozerd: -l: listen tcp 192.0.2.1:9047: ":                         "-l 192.0.2.1:9047",
		"doozerd: the web page: listen tcp 192.0.2.1:8080: ":               "-l 127.0.0.1:0 -w 192.0.2.1:8080",
		"doozerd: -a: 127.0.0.1:9047 is the address of this very node (-l": "-l 127.0.0.1:9047 -a 127.0.0.1:9047",
	} {
		_, out := exit(t, strings.Fields(args)...)
		assertOneLine(t, args, out)
		assert.T(t, strings.HasPrefix(out, want), out)
	}
}

// With secrets that would open what they are to close it does not begin.
func TestSecretsThatOpen(t *testing.T) {
	for want, env := range map[string][2]string{
		"writes would be open to all":        {"", "ro"},
		"whoever may read could write; make": {"same", "same"},
	} {
		t.Setenv("DOOZER_RWSECRET", env[0])
		t.Setenv("DOOZER_ROSECRET", env[1])
		status, out := exit(t, "-w", "false", "-l", "127.0.0.1:0")
		assert.Equal(t, 1, status)
		assertOneLine(t, want, out)
		assert.T(t, strings.Contains(out, want), out)
		status, _ = exit(t, "-v")
		assert.Equal(t, 0, status)
	}
}

// output is a program's stderr while it runs.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// The whole program: its first line tells where it is, it serves clients and the
// page, and ends when it is told to, with status 0.
func TestServes(t *testing.T) {
	ctx, stop := context.WithCancelCause(t.Context())
	defer stop(nil)
	out := new(output)
	status := make(chan int, 1)
	go func() {
		status <- run(ctx, []string{"-l", "127.0.0.1:0", "-w", "127.0.0.1:0", "-c", "mine"}, io.Discard, out)
	}()
	first := regexp.MustCompile(`^.*level=INFO msg="doozerd serves" addr=(\S+) web=(\S+) cluster=mine node=(\S+) `)
	var found []string
	for end := time.Now().Add(10 * time.Second); found == nil && time.Now().Before(end); time.Sleep(time.Millisecond) {
		found = first.FindStringSubmatch(out.String())
	}
	assert.Equal(t, 4, len(found), out.String())
	c, err := client.Dial(ctx, found[1])
	assert.Equal(t, nil, err)
	defer c.Close()
	id, err := c.Self(ctx)
	assert.Equal(t, nil, err)
	assert.Equal(t, found[3], id)
	resp, err := http.Get(found[2])
	assert.Equal(t, nil, err)
	resp.Body.Close()
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	stop(errors.New("told to"))
	select {
	case s := <-status:
		assert.Equal(t, 0, s)
	case <-time.After(10 * time.Second):
		t.Fatal("it does not end")
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	assert.T(t, strings.HasSuffix(lines[len(lines)-1], `level=INFO msg="doozerd ends" why="told to"`), out.String())
}

// When the page's address was not given and is taken, the next port will do.
func TestNextPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	defer l.Close()
	next, err := listenPage(&options{web: l.Addr().String()})
	assert.Equal(t, nil, err)
	defer next.Close()
	assert.NotEqual(t, l.Addr().String(), next.Addr().String())
	none, err := listenPage(&options{})
	assert.T(t, none == nil && err == nil)
}

// Whoever gave the page's address by name may also ask for it by that name.
func TestPageByName(t *testing.T) {
	st, err := store.New(store.Config{})
	assert.Equal(t, nil, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	p, err := servePage(l, "doozer.example:8080", peer.Started{ID: "id", Cluster: "c", Store: st},
		&peer.Config{Log: slog.New(slog.DiscardHandler)})
	assert.Equal(t, nil, err)
	defer p.end()
	for host, want := range map[string]int{
		"doozer.example": http.StatusOK, "doozer.example:8080": http.StatusOK, "other.example": http.StatusForbidden,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String(), nil)
		assert.Equal(t, nil, err)
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		assert.Equal(t, nil, err)
		resp.Body.Close()
		assert.Equal(t, want, resp.StatusCode, host)
	}
	assert.Equal(t, 0, len(pageHosts(":8080")))
}
