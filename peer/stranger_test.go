package peer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
)

func TestAttachRefused(t *testing.T) {
	cfg := testConfig()
	cfg.Cluster = "red"
	first := start(t, cfg)
	refused := func(change func(*Config)) string {
		cfg := testConfig(first.Started.Addr)
		cfg.Cluster, cfg.Log = "red", slog.New(slog.DiscardHandler)
		change(&cfg)
		begun := time.Now()
		err := Run(t.Context(), cfg)
		assert.T(t, errors.Is(err, errRefused), err)
		assert.T(t, time.Since(begun) < 2*time.Second)
		assert.T(t, !strings.Contains(err.Error(), "\n"))
		return err.Error()
	}
	text := refused(func(c *Config) { c.Cluster = "blue" })
	assert.T(t, strings.Contains(text, `cluster "blue"`) && strings.Contains(text, `of "red"`), text)
	text = refused(func(c *Config) { c.Alpha = 1024 })
	assert.T(t, strings.Contains(text, "alpha 1024") && strings.Contains(text, "has 512"), text)
	until(t, "both refusals are logged", func() bool { return first.logs.count("refused a peer") == 2 })
}

func TestAttachToNobody(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	addr := l.Addr().String()
	l.Close()
	cfg := testConfig(addr)
	cfg.Log, cfg.AttachTimeout = slog.New(slog.DiscardHandler), 300*time.Millisecond
	err = Run(t.Context(), cfg)
	assert.NotEqual(t, nil, err)
	assert.T(t, strings.Contains(err.Error(), "no answer from "+addr+" within 300ms"), err)
	ctx, stop := context.WithCancel(t.Context())
	cfg.AttachTimeout = time.Hour
	time.AfterFunc(50*time.Millisecond, stop)
	assert.Equal(t, nil, Run(ctx, cfg))
}

func TestPortInUse(t *testing.T) {
	first := start(t, testConfig())
	cfg := testConfig()
	cfg.Addr, cfg.Log = first.Started.Addr, slog.New(slog.DiscardHandler)
	err := Run(t.Context(), cfg)
	assert.NotEqual(t, nil, err)
	assert.T(t, strings.Contains(err.Error(), "address already in use"), err)
}

// stranger opens a connection and says hello, as somebody with the id given.
func stranger(t *testing.T, r *running, id string, change func(*proto.Hello)) (*proto.Conn, error) {
	t.Helper()
	nc, err := net.Dial("tcp", r.Started.Addr)
	assert.Equal(t, nil, err)
	return greetAs(t, nc, id, change)
}

func greetAs(t *testing.T, nc net.Conn, id string, change func(*proto.Hello)) (*proto.Conn, error) {
	t.Helper()
	conn := proto.NewConn(nc, proto.ConnConfig{})
	t.Cleanup(func() { conn.Close() })
	me := &identity{id: id, cluster: DefaultCluster, alpha: 512, addr: "127.0.0.1:1"}
	hello := me.hello()
	change(hello)
	value, err := hello.MarshalVT()
	assert.Equal(t, nil, err)
	assert.Equal(t, nil, conn.Queue(&proto.Request{Verb: proto.Request_PEER.Enum(), Value: value}))
	conn.Flush()
	if err := conn.Read(); err != nil {
		return nil, err
	}
	b, _ := conn.Next()
	_, err = checkAnswer(b, me)
	return conn, err
}

// ended waits until the other side ends a connection.
func ended(t *testing.T, conn *proto.Conn) {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(patience))
	for {
		err := conn.Read()
		if errors.Is(err, io.EOF) || err != nil && strings.Contains(err.Error(), "reset") {
			return
		}
		assert.Equal(t, nil, err)
		for _, ok := conn.Next(); ok; _, ok = conn.Next() {
		}
	}
}

func TestHelloRefused(t *testing.T) {
	r := start(t, testConfig())
	for what, change := range map[string]func(*proto.Hello){
		"version 7":         func(h *proto.Hello) { h.Version = 7 },
		"which is none":     func(h *proto.Hello) { h.Id = "../../etc/passwd" },
		"is this node":      func(h *proto.Hello) { h.Id = r.ID },
		`cluster ""`:        func(h *proto.Hello) { h.Cluster = "" },
		"has alpha -1":      func(h *proto.Hello) { h.Alpha = -1 },
		"says that its id ": func(h *proto.Hello) { h.Id = "" },
	} {
		conn, err := stranger(t, r, newID(), change)
		assert.T(t, err != nil && strings.Contains(err.Error(), what), err)
		ended(t, conn)
	}
	assert.Equal(t, 6, r.logs.count("refused a peer"))
}

// What is wrong on a link ends it, with a line in the log; the node serves on,
// and its memory does not grow.
func TestGarbage(t *testing.T) {
	r := start(t, testConfig())
	rnd := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 256<<10)
	for i := range random {
		random[i] = byte(rnd.Uint32())
	}
	heap := func() uint64 {
		runtime.GC()
		var ms runtime.MemStats
		runtime.ReadMemStats(&ms)
		return ms.HeapAlloc
	}
	before := heap()
	bad := [][]byte{
		{0x7f, 0xff, 0xff, 0xff, 1, 2, 3},
		{0xff, 0xff, 0xff, 0xff},
		append([]byte{0, 4, 0, 0}, random...),
		{0, 0, 0, 3, 1<<3 | 2, 100, 0},
		{0, 0, 0, 4, 1<<3 | 2, 2, 1<<3 | 2, 0},
		append([]byte{0, 0, maxMsgs * 4 >> 8, 0}, bytes.Repeat([]byte{1<<3 | 2, 0}, maxMsgs*2)...),
	}
	for range 20 {
		for _, b := range bad {
			nc, err := net.Dial("tcp", r.Started.Addr)
			assert.Equal(t, nil, err)
			conn, err := greetAs(t, nc, newID(), func(*proto.Hello) {})
			assert.Equal(t, nil, err)
			nc.Write(b) // the node may end it before all is written
			ended(t, conn)
		}
	}
	assert.T(t, r.logs.count("ended a link") > 0)
	assert.T(t, r.logs.count("ended a link") <= 2*throttleLines)
	until(t, "memory to be given back", func() bool { return heap() < before+4<<20 })
	_, err := r.dial(t).Set(t.Context(), "/still", client.Missing, nil)
	assert.Equal(t, nil, err)
}

// A stranger's messages, well formed, change nothing.
func TestStrangersMessages(t *testing.T) {
	r := start(t, testConfig())
	conn, err := stranger(t, r, newID(), func(*proto.Hello) {})
	assert.Equal(t, nil, err)
	applied := r.Store.View().Applied()
	var msgs []consensus.Message
	for kind := range consensus.Kind(30) {
		for _, at := range []int64{1, applied, applied + 1, applied + 100, 1 << 40, 1<<63 - 1, -5} {
			msgs = append(msgs, consensus.Message{Kind: kind, Lo: at, Hi: at + 1, Round: 2, VRound: 1, Num: at},
				consensus.Message{Kind: kind, Lo: at, Hi: at + 1, Round: 1, Value: []byte("evil"), IDs: []string{"x"}})
		}
	}
	f, rest := nextFrame(msgs)
	assert.Equal(t, 0, len(rest))
	assert.Equal(t, nil, conn.Queue(&f))
	conn.Flush()
	c := r.dial(t)
	for range 10 {
		_, err := c.Set(t.Context(), "/on", client.Clobber, nil)
		assert.Equal(t, nil, err)
	}
	info, ok := r.node.info(t.Context())
	assert.T(t, ok)
	assert.Equal(t, int64(0), info.Contradictions)
	assert.Equal(t, []string{r.ID}, r.members())
}

// A snapshot comes from a node that is registered, not from whoever offers one.
func TestSnapshotAddress(t *testing.T) {
	nodes := cluster(t, 2, testConfig)
	stray := newID()
	ask := func(id string) string {
		answer := make(chan string, 1)
		assert.T(t, nodes[0].node.in.call(func(l *loop) { answer <- l.snapshotAddress(id) }))
		return <-answer
	}
	_, err := stranger(t, nodes[0], stray, func(*proto.Hello) {})
	assert.Equal(t, nil, err)
	until(t, "the stranger is linked", func() bool { return nodes[0].logs.count("msg=linked node="+stray) == 1 })
	assert.Equal(t, nodes[1].Started.Addr, ask(nodes[1].ID))
	assert.Equal(t, "", ask(stray))
	assert.Equal(t, "", ask("nobody"))
	nodes[1].kill(t)
	until(t, "nobody else is linked", func() bool { return ask(stray) == "127.0.0.1:1" })
}

// An address is taken by a node that is registered there, not by whoever says so.
func TestTakenAddress(t *testing.T) {
	nodes := cluster(t, 2, testConfig)
	stray := newID()
	_, err := stranger(t, nodes[0], stray, func(*proto.Hello) {})
	assert.Equal(t, nil, err)
	until(t, "the stranger is linked", func() bool { return nodes[0].logs.count("msg=linked node="+stray) == 1 })
	taken := func(addr string) bool {
		answer := make(chan bool, 1)
		assert.T(t, nodes[0].node.in.call(func(l *loop) { answer <- l.taken(addr) }))
		return <-answer
	}
	assert.T(t, !taken("127.0.0.1:1"))
	assert.T(t, taken(nodes[1].Started.Addr))
	assert.T(t, taken(nodes[0].Started.Addr))
	nodes[1].kill(t)
	until(t, "the link is lost", func() bool { return !taken(nodes[1].Started.Addr) })
}

// What listens at the address to attach to may be anything.
func TestAttachToSomethingElse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			c.Close()
		}
	}()
	cfg := testConfig(l.Addr().String())
	cfg.Log, cfg.AttachTimeout = slog.New(slog.DiscardHandler), 100*time.Millisecond
	err = Run(t.Context(), cfg)
	assert.T(t, err != nil && strings.Contains(err.Error(), "does not answer as a doozerd"), err)
}
