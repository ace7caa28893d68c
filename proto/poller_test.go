package proto

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"

	"github.com/bmizerany/assert"
)

// TestPolledEcho has many connections, and frames of all sizes in pieces of all sizes.
func TestPolledEcho(t *testing.T) {
	p, _ := startPoller(t, idle)
	var all sync.WaitGroup
	for seed, shape := range []struct{ conns, frames, most, piece int }{
		{2, 40, 60, 1}, // byte by byte
		{20, 300, 100, 40},
		{20, 100, 5_000, 9_000},
		{5, 20, 200_000, 100_000},
		{2, 2, MaxFrame, 1 << 20},
	} {
		for k := range shape.conns {
			_, other := polledPair(t, p, ConnConfig{})
			rnd := rand.New(rand.NewPCG(uint64(seed), uint64(k)))
			msgs, wire := frames(rnd, shape.frames, shape.most)
			all.Go(func() { writePieces(t, other, wire, rnd, shape.piece) })
			all.Go(func() { expectFrames(t, NewConn(other, ConnConfig{}), msgs) })
		}
	}
	all.Wait()
}

// writePieces writes b in pieces of random sizes.
func writePieces(t *testing.T, other net.Conn, b []byte, rnd *rand.Rand, most int) {
	for len(b) > 0 {
		n := min(1+rnd.IntN(most), len(b))
		if _, err := other.Write(b[:n]); err != nil {
			t.Error(err)
			return
		}
		b = b[n:]
	}
}

// TestPolledInputEnds: with the error that Read has, and after all whole frames.
func TestPolledInputEnds(t *testing.T) {
	p, _ := startPoller(t, idle)
	for name, row := range map[string]struct {
		bytes []byte
		want  error
	}{
		"at once":        {nil, io.EOF},
		"after a frame":  {AppendFrame(nil, raw("abc")), io.EOF},
		"within a frame": {[]byte{0, 0, 0, 9, 1}, io.ErrUnexpectedEOF},
		"within a head":  {[]byte{0, 0}, io.ErrUnexpectedEOF},
		"too big":        {append(AppendFrame(nil, raw("abc")), 0xff, 0xff, 0xff, 0xff), ErrFrameTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			h, other := polledPair(t, p, ConnConfig{})
			other.Write(row.bytes)
			other.(*net.TCPConn).CloseWrite()
			err := h.ends(t)
			assert.T(t, errors.Is(err, row.want), err)
			assert.T(t, h.c.Err() != nil)
		})
	}
}

// TestPolledHalfClose: what was sent together with the end is answered before it.
func TestPolledHalfClose(t *testing.T) {
	p, _ := startPoller(t, idle)
	for range 50 {
		h, other := polledPair(t, p, ConnConfig{})
		_, wire := frames(rand.New(rand.NewPCG(1, 2)), 100, 500)
		go func() {
			other.Write(wire)
			other.(*net.TCPConn).CloseWrite()
		}()
		got, err := io.ReadAll(other)
		assert.Equal(t, nil, err)
		assert.T(t, bytes.Equal(wire, got), len(got))
		assert.Equal(t, io.EOF, h.ends(t))
	}
}

func TestPolledReset(t *testing.T) {
	p, _ := startPoller(t, idle)
	h, other := polledPair(t, p, ConnConfig{})
	expectEcho(t, other, "hello")
	other.(*net.TCPConn).SetLinger(0)
	other.Close()
	assert.T(t, h.ends(t) != nil)
}

// TestPolledClose: whoever waits for it hears so, and its handler.
func TestPolledClose(t *testing.T) {
	p, _ := startPoller(t, idle)
	for name, prepare := range map[string]func(t *testing.T, h *echo, other net.Conn){
		"idle":           func(t *testing.T, h *echo, other net.Conn) { expectEcho(t, other, "hello") },
		"just added":     func(*testing.T, *echo, net.Conn) {},
		"within a frame": func(_ *testing.T, _ *echo, other net.Conn) { other.Write([]byte{0, 0, 0, 9, 1}) },
		"output waits":   func(t *testing.T, h *echo, _ net.Conn) { fillNetwork(t, h.c) },
		"not read": func(t *testing.T, h *echo, other net.Conn) {
			h.jam(t, other, bytes.Repeat(AppendFrame(nil, make(raw, 1000)), 20_000))
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, other := polledPair(t, p, ConnConfig{})
			prepare(t, h, other)
			awaits := make(chan error)
			go func() {
				for h.c.Await() == nil {
					runtime.Gosched()
				}
				awaits <- h.c.Err()
			}()
			h.c.Close()
			assert.Equal(t, net.ErrClosed, h.ends(t))
			assert.Equal(t, net.ErrClosed, <-awaits)
			assert.Equal(t, net.ErrClosed, h.c.Queue(raw("late")))
			h.c.Flush()
			h.c.Kick()
			_, err := io.Copy(io.Discard, other)
			assert.T(t, !errors.Is(err, os.ErrDeadlineExceeded), err)
		})
	}
}

// TestCloseWhileAllGoOn: many connections are closed while they are added, read and written.
func TestCloseWhileAllGoOn(t *testing.T) {
	p, _ := startPoller(t, idle)
	var all sync.WaitGroup
	for range 300 {
		a, b := tcpPair(t)
		h := newEcho(t, NewConn(a, ConnConfig{}))
		all.Go(func() {
			if p.Add(h.c, h) == nil {
				h.ends(t)
			}
		})
		all.Go(func() { b.Write(AppendFrame(nil, make(raw, 10_000))) })
		all.Go(func() {
			h.c.Queue(make(raw, 10_000))
			h.c.Flush()
		})
		all.Go(func() {
			runtime.Gosched()
			h.c.Close()
			io.Copy(io.Discard, b)
			b.Close()
		})
	}
	all.Wait()
}
