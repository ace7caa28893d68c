package proto

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// raw is a message of any bytes.
type raw []byte

func (m raw) SizeVT() int                                  { return len(m) }
func (m raw) MarshalToSizedBufferVT(b []byte) (int, error) { return copy(b, m), nil }

// startPoller runs a poller until the function returned is called, or the test ends.
func startPoller(t *testing.T, after func() bool) (p *Poller, stop func()) {
	t.Helper()
	p, err := NewPoller(after)
	if errors.Is(err, ErrNotPolled) {
		t.Skip(err)
	}
	assert.Equal(t, nil, err)
	ended := make(chan struct{})
	go func() {
		p.Run()
		close(ended)
	}()
	stop = func() {
		p.Close()
		<-ended
	}
	t.Cleanup(stop)
	return p, stop
}

// idle is an after that has nothing to do.
func idle() bool { return false }

// echo is a Handler that sends all frames back, while the other end reads them.
type echo struct {
	c   *Conn
	end chan error
}

func (h *echo) Input() (again bool, err error) {
	again, err = h.round()
	if err != nil {
		h.end <- err
	}
	return again, err
}

func (h *echo) round() (ok bool, err error) {
	if ok, err := h.c.TryAwait(); !ok {
		return false, err
	}
	ok, err = h.c.TryRead()
	for frame, more := h.c.Next(); more; frame, more = h.c.Next() {
		h.c.Queue(raw(frame))
	}
	h.c.Flush()
	return ok, err
}

// polledPair is a connection of p with its echo, and the plain other end.
func polledPair(t *testing.T, p *Poller, cfg ConnConfig) (h *echo, other net.Conn) {
	t.Helper()
	a, b := tcpPair(t)
	t.Cleanup(func() { b.Close() })
	b.SetDeadline(time.Now().Add(time.Minute))
	h = newEcho(t, NewConn(a, cfg))
	assert.Equal(t, nil, p.Add(h.c, h))
	return h, b
}

func newEcho(t *testing.T, c *Conn) *echo {
	t.Cleanup(func() { c.Close() })
	return &echo{c, make(chan error, 1)}
}

// ends waits until a handler's input ended, and tells why.
func (h *echo) ends(t *testing.T) error {
	t.Helper()
	select {
	case err := <-h.end:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("the handler was not told of the end")
		return nil
	}
}

// frames makes n messages of up to so many bytes, and what they are on the wire.
func frames(rnd *rand.Rand, n, most int) (msgs []raw, wire []byte) {
	for range n {
		size := rnd.IntN(most + 1)
		m := make(raw, 0, size+8)
		for len(m) < size {
			m = binary.LittleEndian.AppendUint64(m, rnd.Uint64())
		}
		msgs, wire = append(msgs, m[:size]), AppendFrame(wire, m[:size])
	}
	return msgs, wire
}

// expectFrames reads messages, one by one.
func expectFrames(t *testing.T, c *Conn, want []raw) {
	t.Helper()
	for i := 0; i < len(want); {
		frame, ok := c.Next()
		if !ok {
			if err := c.Read(); err != nil {
				t.Errorf("before message %d: %v", i, err)
				return
			}
			continue
		}
		if !bytes.Equal(want[i], frame) {
			t.Errorf("message %d has %d bytes, not those %d that were sent", i, len(frame), len(want[i]))
			return
		}
		i++
	}
}

// expectEcho proves that a connection is served.
func expectEcho(t *testing.T, other net.Conn, say string) {
	t.Helper()
	want := AppendFrame(nil, raw(say))
	_, err := other.Write(want)
	assert.Equal(t, nil, err)
	got := make([]byte, len(want))
	_, err = io.ReadFull(other, got)
	assert.Equal(t, nil, err)
	assert.Equal(t, want, got)
}

// barrier waits until p has handed out all events that there are now.
func barrier(t *testing.T, p *Poller) {
	t.Helper()
	_, other := polledPair(t, p, ConnConfig{})
	expectEcho(t, other, "these events and what came with them")
	expectEcho(t, other, "and that turn is over")
}

// descriptors is how many files the process has open.
func descriptors(t *testing.T) int {
	all, err := os.ReadDir("/proc/self/fd")
	assert.Equal(t, nil, err)
	return len(all)
}

// until waits for what other goroutines bring about.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("did not come about: " + what)
		}
	}
}
