package server

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// expectServes proves that the house still serves others.
func (h *house) expectServes(t *testing.T) {
	t.Helper()
	dial(t, h).expectQuiet()
}

func TestBadFramesEndTheConnectionWithOneLine(t *testing.T) {
	length := func(n uint32, rest string) string {
		return string(binary.BigEndian.AppendUint32(nil, n)) + rest
	}
	for name, bytes := range map[string]string{
		"2^31-1":              length(1<<31-1, "abc"),
		"-1":                  length(1<<32-1, "abc"),
		"one above the limit": length(proto.MaxFrame+1, ""),
		"does not parse":      length(3, "\xff\xff\xff"),
		"half a message":      length(2, "\x22\x05"),
		"HTTP":                "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, nil)
			c := dial(t, h)
			c.raw([]byte(bytes))
			c.expectEnd()
			until(t, "a log line", func() bool { return len(h.log.all()) > 0 })
			h.expectServes(t)
			assert.Equal(t, 1, len(h.log.all()), h.log.all())
			assert.T(t, strings.Contains(h.log.all()[0], c.conn.LocalAddr().String()))
		})
	}
}

func TestGoodRequestsBeforeABadFrameAreServed(t *testing.T) {
	h := start(t, nil)
	c := dial(t, h)
	c.raw(append(proto.AppendFrame(nil, &a(self).m), 0xff, 0xff, 0xff, 0xff))
	c.expect(`flags 3 value "0123456789abcdef"`)
	c.expectEnd()
}

func TestHalfFramesAndSilence(t *testing.T) {
	h := start(t, nil)
	for _, half := range []string{"", "\x00", "\x00\x00\x00\x09", "\x00\x00\x00\x09\x08"} {
		c := dial(t, h)
		c.raw([]byte(half))
		h.expectServes(t)
		c.conn.Close()
	}
	until(t, "all connections ended", func() bool { return len(h.conns()) <= 4 })
	assert.Equal(t, 0, len(h.log.all()))
}

// TestHeadersReserveNothing: many connections announce the largest frame.
func TestHeadersReserveNothing(t *testing.T) {
	h := start(t, nil)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const n = 100
	for range n {
		dial(t, h).raw(append(binary.BigEndian.AppendUint32(nil, proto.MaxFrame), "some"...))
	}
	until(t, "all connections", func() bool { return len(h.conns()) == n })
	h.expectServes(t)
	runtime.ReadMemStats(&after)
	grown := after.TotalAlloc - before.TotalAlloc
	assert.T(t, grown < n*100_000, grown)
}

func TestRandomBytes(t *testing.T) {
	h := start(t, func(cfg *Config) { cfg.Peer = func(c *proto.Conn, _ *proto.Request) { c.Close() } })
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		conn, err := net.Dial("tcp", h.addr)
		assert.Equal(t, nil, err)
		for range 20 {
			frame := make([]byte, rnd.IntN(60))
			for i := range frame {
				frame[i] = byte(rnd.IntN(32) * rnd.IntN(9))
			}
			b := binary.BigEndian.AppendUint32(nil, uint32(len(frame)))
			conn.Write(append(b, frame...)) // fails once the server closed
		}
		conn.Close()
	}
	h.expectServes(t)
}

// TestNobodyReads: a client that asks on and on and never reads is not read
// itself, and then costs nothing more.
func TestNobodyReads(t *testing.T) {
	h := start(t, nil)
	h.node.write(t, set(t, "/big", strings.Repeat("x", 100_000)))
	c := dial(t, h)
	request := proto.AppendFrame(nil, &a(get).path("/big").m)
	var many []byte
	for range 1000 {
		many = append(many, request...)
	}
	for {
		c.conn.SetWriteDeadline(time.Now().Add(300 * time.Millisecond)) // it will not end by itself
		if _, err := c.conn.Write(many); err != nil {
			break
		}
	}
	for sc := range h.conns() {
		assert.T(t, sc.pc.Pending() < 1<<20, sc.pc.Pending())
	}
	h.expectServes(t)
}

// TestShutdownEndsEverything: connections of all kinds, and their goroutines.
func TestShutdownEndsEverything(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("a busy server", func(t *testing.T) {
		h := start(t, nil)
		h.node.write(t, set(t, "/big", strings.Repeat("x", store.MaxValue)))
		for range 10 {
			c := dial(t, h)
			c.send(a(watch).tag(1).path("/**"), a(wait).tag(2).path("/a").rev(100), a(get).tag(3).path("/a").rev(100))
			c.send(a(self))
			c.expect(`flags 3 value "0123456789abcdef"`)
			for range 30 { // more than the network holds, and nobody reads
				c.send(a(get).path("/big"), a(walk).path("/**"))
			}
		}
		release := h.hold()
		dial(t, h).send(a(write).path("/a").rev(-1), a(get).path("/a"))
		until(t, "a held read", func() (is bool) {
			h.node.set(func() { is = len(h.node.reads) > 0 })
			return is
		})
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		assert.Equal(t, nil, h.srv.Shutdown(ctx))
		assert.Equal(t, 0, len(h.conns()))
		release() // its answers find nobody
		_, err := net.Dial("tcp", h.addr)
		assert.T(t, err != nil)
	})
	until(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}

func TestServeAfterShutdown(t *testing.T) {
	h := start(t, nil)
	assert.Equal(t, nil, h.srv.Shutdown(context.Background()))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	assert.Equal(t, ErrServerClosed, h.srv.Serve(l))
}

func TestPeerTakesTheConnectionOver(t *testing.T) {
	type handed struct {
		c     *proto.Conn
		hello *proto.Request
	}
	taken := make(chan handed, 1)
	h := start(t, func(cfg *Config) {
		cfg.Peer = func(c *proto.Conn, hello *proto.Request) { taken <- handed{c, hello} }
	})
	c := dial(t, h)
	c.send(a(proto.Request_PEER).tag(9).value("hello"), a(self).tag(1))
	got := <-taken
	assert.Equal(t, int32(9), got.hello.GetTag())
	assert.Equal(t, "hello", string(got.hello.Value))
	assert.Equal(t, 0, len(h.conns()))
	assert.Equal(t, nil, h.srv.Shutdown(context.Background()))

	frame, ok := got.c.Next() // the connection lives, with what was buffered
	assert.T(t, ok)
	var call proto.Call
	assert.Equal(t, nil, call.Decode(frame))
	assert.Equal(t, self, call.Verb)
	got.c.Close()
}

func TestPeerIsOnlyAFirstRequest(t *testing.T) {
	h := start(t, func(cfg *Config) {
		cfg.Peer = func(*proto.Conn, *proto.Request) { t.Error("taken over") }
	})
	c := dial(t, h)
	c.send(a(nop), a(proto.Request_PEER))
	c.expect("flags 3 UNKNOWN_VERB", "flags 3")
}

func TestConfigIsChecked(t *testing.T) {
	h := start(t, nil)
	good := h.srv.cfg
	for name, spoil := range map[string]func(*Config){
		"no node":            func(c *Config) { c.Node = nil },
		"no store":           func(c *Config) { c.Store = nil },
		"no log":             func(c *Config) { c.Log = nil },
		"negative":           func(c *Config) { c.MaxFrame = -1 },
		"too large a value":  func(c *Config) { c.MaxValue = store.MaxValue + 1 },
		"streams stop reads": func(c *Config) { c.MaxStreams = c.MaxOutstanding },
	} {
		cfg := good
		spoil(&cfg)
		_, err := New(cfg)
		assert.T(t, err != nil, name)
	}
}

// anyRequest is a request that parses and is odd in every other way.
func anyRequest(rnd *rand.Rand) *ask {
	verbs := []proto.Request_Verb{get, stat, getdir, walk, wait, watch, nop, rev, self, write, remove, proto.Request_PEER, 33}
	paths := []string{"", "/", "/a", "/d", "/d/x", "/a/b", "/**", "/*", "/?", "/d/**/", "//", "/[", "\xff", strings.Repeat("/x", 3000)}
	revs := []int64{-2, -1, 0, 1, 2, 3, 1 << 40, -1 << 63, 1<<63 - 1}
	q := a(verbs[rnd.IntN(len(verbs))])
	some := func() bool { return rnd.IntN(3) > 0 }
	if some() {
		q.path(paths[rnd.IntN(len(paths))])
	}
	if some() {
		q.rev(revs[rnd.IntN(len(revs))])
	}
	if some() {
		q.offset(int32(revs[rnd.IntN(len(revs))]))
	}
	if some() {
		q.limit(int32(revs[rnd.IntN(len(revs))]))
	}
	if some() {
		q.value("v")
	}
	if !some() {
		q.local()
	}
	return q
}

// TestNoRequestHangs: whatever is asked ends, if need be by CANCEL, and the
// connection serves on.
func TestNoRequestHangs(t *testing.T) {
	h := furnished(t)
	c := dial(t, h)
	rnd := rand.New(rand.NewPCG(5, 6))
	const n = 900
	open := make(map[int32]bool)
	for tag := range int32(n) {
		open[tag] = true
		c.send(anyRequest(rnd).tag(tag))
	}
	for tag := range int32(n) {
		c.send(a(cancel).tag(n + tag).otherTag(tag))
	}
	for cancels := 0; cancels < n; {
		r := c.recv()
		if tag := r.GetTag(); tag >= n {
			cancels++
			delete(open, tag-n)
		} else if !open[tag] {
			t.Fatalf("after its end: %s", show(r))
		}
	}
	c.expectSlots(h, 0)
	c.expectQuiet()
	assert.Equal(t, 0, len(h.log.all()), h.log.all())
}
