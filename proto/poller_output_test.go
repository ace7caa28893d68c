package proto

import (
	"errors"
	"math/rand/v2"
	"net"
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
			if err := h.c.Await(); err != nil {
				t.Error(err)
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
