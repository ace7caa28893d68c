package proto

import (
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// counter is a Handler that takes nothing, and tells of each call.
type counter struct{ calls chan bool }

func (h counter) Input() (again bool, err error) {
	h.calls <- true
	return false, nil
}

// called waits for a call.
func (h counter) called(t *testing.T) {
	t.Helper()
	select {
	case <-h.calls:
	case <-time.After(10 * time.Second):
		t.Error("Input was not called")
	}
}

// TestKick: each is followed by a call of Input, whatever the poller does at that moment.
// At most one call more than that is there: the kernel's, after Add's.
func TestKick(t *testing.T) {
	p, _ := startPoller(t, idle)
	var all sync.WaitGroup
	for range 4 {
		a, b := tcpPair(t)
		defer b.Close()
		c, h := NewConn(a, ConnConfig{}), counter{make(chan bool, 3)}
		defer c.Close()
		assert.Equal(t, nil, p.Add(c, h))
		h.called(t)
		all.Go(func() {
			for range 2000 {
				c.Kick()
				h.called(t)
			}
		})
	}
	all.Wait()
}

// greedy is a Handler that always asks for another call.
type greedy struct{ calls *atomic.Int64 }

func (h greedy) Input() (again bool, err error) {
	h.calls.Add(1)
	return true, nil
}

// TestAgain: who always asks for another call gets it, and holds up nobody.
func TestAgain(t *testing.T) {
	p, _ := startPoller(t, idle)
	a, b := tcpPair(t)
	defer b.Close()
	c, h := NewConn(a, ConnConfig{}), greedy{new(atomic.Int64)}
	assert.Equal(t, nil, p.Add(c, h))
	for range 100 {
		_, other := polledPair(t, p, ConnConfig{})
		before := h.calls.Load()
		expectEcho(t, other, "hello")
		expectEcho(t, other, "again")
		assert.T(t, h.calls.Load() > before)
	}
}

// TestAfter is called when input was handed out, and again as long as it asks for that.
func TestAfter(t *testing.T) {
	var calls atomic.Int64
	p, _ := startPoller(t, func() bool { return calls.Add(1)%5 != 0 })
	_, other := polledPair(t, p, ConnConfig{})
	for range 100 {
		before := calls.Load()
		expectEcho(t, other, "hello")
		until(t, "more calls, up to the last", func() bool {
			n := calls.Load()
			return n > before && n%5 == 0
		})
	}
}

// TestPollerClose leaves its connections as they are, and Close may come twice.
func TestPollerClose(t *testing.T) {
	before := descriptors(t)
	p, stop := startPoller(t, idle)
	h, other := polledPair(t, p, ConnConfig{})
	expectEcho(t, other, "hello")
	stop()
	h.c.Kick()
	assert.Equal(t, nil, h.c.Err())
	h.c.Queue(raw("written"))
	h.c.Flush()
	expectFrames(t, NewConn(other, ConnConfig{}), []raw{raw("written")})
	a, b := tcpPair(t)
	late := newEcho(t, NewConn(a, ConnConfig{}))
	assert.Equal(t, ErrNotPolled, p.Add(late.c, late))
	for _, c := range []io.Closer{h.c, other, late.c, b} {
		c.Close()
	}
	assert.Equal(t, before, descriptors(t))
}

// TestPollerClosesOnce: the numbers of its files are others' later.
func TestPollerClosesOnce(t *testing.T) {
	p, stop := startPoller(t, idle)
	stop()
	var pairs [5][2]net.Conn
	for i := range pairs {
		pairs[i][0], pairs[i][1] = tcpPair(t)
	}
	p.Close()
	for _, pair := range pairs {
		for i, c := range pair {
			c.(*net.TCPConn).CloseWrite()
			got, err := io.ReadAll(pair[1-i])
			assert.Equal(t, nil, err)
			assert.Equal(t, "", string(got))
		}
		pair[0].Close()
		pair[1].Close()
	}
}

// TestPollerForgets connections that ended, though it sleeps.
func TestPollerForgets(t *testing.T) {
	const conns = 100
	p, _ := startPoller(t, idle)
	var freed atomic.Int64
	for range conns {
		a, b := tcpPair(t)
		h := &echo{NewConn(a, ConnConfig{}), make(chan error, 1)}
		assert.Equal(t, nil, p.Add(h.c, h))
		expectEcho(t, b, "hello")
		b.Close()
		runtime.AddCleanup(h.c, func(int) { freed.Add(1) }, 0)
	}
	until(t, "all are freed", func() bool {
		runtime.GC()
		return freed.Load() == conns
	})
}
