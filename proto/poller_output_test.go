package proto

import (
	"errors"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"testing"

	"github.com/bmizerany/assert"
)

// jam writes what is sent back and not read, until the connection takes no more.
func (h *echo) jam(t *testing.T, other net.Conn, wire []byte) {
	go other.Write(wire) // it may not end before the test does
	until(t, "as much output waits as may", func() bool { return h.c.Pending() >= defaultMark })
}

// TestPolledSlowReader: who does not read is not read, with no more than the mark and one
// read's frames waiting; and all goes on where it stood.
func TestPolledSlowReader(t *testing.T) {
	p, _ := startPoller(t, idle)
	h, other := polledPair(t, p, ConnConfig{})
	_, quick := polledPair(t, p, ConnConfig{})
	msgs, wire := frames(rand.New(rand.NewPCG(1, 2)), 20_000, 2_000) // more than the network holds
	h.jam(t, other, wire)
	expectEcho(t, quick, "others are served")
	c := NewConn(other, ConnConfig{})
	for _, m := range msgs {
		expectFrames(t, c, []raw{m})
		waits := h.c.Pending()
		assert.T(t, waits < 2*defaultMark, waits)
	}
}

// TestPolledSlowReaderIsEnded: the handler hears of the limit, though nothing comes.
func TestPolledSlowReaderIsEnded(t *testing.T) {
	p, _ := startPoller(t, idle)
	h, _ := polledPair(t, p, ConnConfig{MaxOutput: 2 << 20})
	for h.c.Queue(make(raw, 100_000)) == nil {
		h.c.Flush()
	}
	err := h.ends(t)
	assert.T(t, errors.Is(err, ErrSlowReader), err)
}

// TestPolledOutputGoesOn: it is written as the other end makes room, and whoever waits for
// room goes on.
func TestPolledOutputGoesOn(t *testing.T) {
	p, _ := startPoller(t, idle)
	h, other := polledPair(t, p, ConnConfig{MaxOutput: 256 << 20})
	msgs, _ := frames(rand.New(rand.NewPCG(1, 2)), 300, 200_000)
	go func() {
		for _, m := range msgs {
			h.c.Queue(m)
			if h.c.Await() != nil {
				return // then it does not all arrive
			}
		}
	}()
	expectFrames(t, NewConn(other, ConnConfig{}), msgs)
}

// TestPolledWritersKeepTheirOrder: many writers, with the poller among them.
func TestPolledWritersKeepTheirOrder(t *testing.T) {
	p, _ := startPoller(t, idle)
	h, other := polledPair(t, p, ConnConfig{MaxOutput: 256 << 20})
	writeAndCheck(t, h.c, other)
}

// TestPolledOutputIsLeft: to the poller, by a goroutine that wrote and gives up. write is
// called during its last attempt, which takes nothing.
func TestPolledOutputIsLeft(t *testing.T) {
	p, _ := startPoller(t, idle)
	for name, write := range map[string]func(c *Conn){
		"while the network takes more":     nil,
		"as the network begins to take it": func(c *Conn) { c.writable() },
	} {
		t.Run(name, func(t *testing.T) {
			h, other := polledPair(t, p, ConnConfig{})
			barrier(t, p)
			h.c.Queue(raw("left"))
			h.c.mu.Lock()
			h.c.takeOutput()
			if write != nil {
				h.c.writeOnce(func([]byte) (int, error) {
					write(h.c)
					return 0, nil
				})
			}
			h.c.leaveToPoller()
			h.c.mu.Unlock()
			expectFrames(t, NewConn(other, ConnConfig{}), []raw{raw("left")})
		})
	}
}

// TestTryAwaitBesideAWriter: the handler is called when another goroutine has written so
// much that less than the mark waits.
func TestTryAwaitBesideAWriter(t *testing.T) {
	p, _ := startPoller(t, idle)
	a, b := tcpPair(t)
	defer b.Close()
	c, h := NewConn(a, ConnConfig{Mark: 1}), counter{make(chan bool, 10)}
	defer c.Close()
	assert.Equal(t, nil, p.Add(c, h))
	barrier(t, p)
	for len(h.calls) > 0 {
		<-h.calls
	}
	c.Queue(raw("some"))
	c.mu.Lock()
	c.takeOutput()
	c.writeOnce(func(out []byte) (int, error) {
		ok, err := c.TryAwait()
		assert.T(t, !ok && err == nil, err)
		return c.tryWrite(out)
	})
	c.mu.Unlock()
	h.called(t)
	ok, err := c.TryAwait()
	assert.T(t, ok && err == nil, err)
}

// TestBlockedOutputCostsNothing: the poller sleeps until the network takes more.
func TestBlockedOutputCostsNothing(t *testing.T) {
	const echoes, turns = 200, 4 // an echo takes two turns: it is woken, and looks once more
	var calls atomic.Int64
	p, _ := startPoller(t, func() bool {
		calls.Add(1)
		return false
	})
	h, _ := polledPair(t, p, ConnConfig{})
	fillNetwork(t, h.c)
	_, quick := polledPair(t, p, ConnConfig{})
	before := calls.Load()
	for range echoes {
		expectEcho(t, quick, "hello")
	}
	n := calls.Load() - before
	assert.T(t, n <= echoes*turns, n)
}
