package proto

import (
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// TestAddWhileOutputIsWritten: the poller takes over when it can, and nothing is lost.
func TestAddWhileOutputIsWritten(t *testing.T) {
	p, _ := startPoller(t, idle)
	a, b := tcpPair(t)
	defer b.Close()
	b.SetDeadline(time.Now().Add(time.Minute))
	h := newEcho(t, NewConn(a, ConnConfig{MaxOutput: 256 << 20}))
	var added atomic.Bool
	var adding sync.WaitGroup
	adding.Go(func() {
		for !added.Load() {
			err := p.Add(h.c, h)
			added.Store(err == nil)
			if err != nil && err != errWriting {
				t.Error(err)
				return
			}
			runtime.Gosched()
		}
	})
	writeAndCheck(t, h.c, b)
	adding.Wait()
	assert.Equal(t, ErrNotPolled, p.Add(h.c, h)) // once is enough
	expectEcho(t, b, "it is polled")
}

// TestAddRefusesWhileOutputWaits, for a goroutine writes it.
func TestAddRefusesWhileOutputWaits(t *testing.T) {
	p, _ := startPoller(t, idle)
	a, b := tcpPair(t)
	defer b.Close()
	h := newEcho(t, NewConn(a, ConnConfig{}))
	fillNetwork(t, h.c)
	assert.Equal(t, errWriting, p.Add(h.c, h))
	go io.Copy(io.Discard, b)
	h.c.Await()
	for err := errWriting; err != nil; err = p.Add(h.c, h) {
		assert.Equal(t, errWriting, err)
		runtime.Gosched()
	}
}

// TestAddTakesWhatIsBuffered: frames that were read and not handed out, and half a frame.
func TestAddTakesWhatIsBuffered(t *testing.T) {
	p, _ := startPoller(t, idle)
	a, b := tcpPair(t)
	defer b.Close()
	h := newEcho(t, NewConn(a, ConnConfig{}))
	msgs, wire := frames(rand.New(rand.NewPCG(1, 2)), 3, 50)
	half := len(wire) - 2
	b.Write(wire[:half])
	assert.Equal(t, nil, h.c.Read())
	for h.c.w < half { // a read may bring less
		n, err := h.c.readSome(h.c.in[h.c.w:])
		assert.Equal(t, nil, err)
		h.c.w += n
	}
	assert.Equal(t, nil, p.Add(h.c, h))
	b.Write(wire[half:])
	expectFrames(t, NewConn(b, ConnConfig{}), msgs)
}

// TestAddWhereNoEventComes: nothing arrives and the network takes nothing, but a frame is
// there already.
func TestAddWhereNoEventComes(t *testing.T) {
	p, _ := startPoller(t, idle)
	a, b := tcpPair(t)
	defer b.Close()
	c, h := NewConn(a, ConnConfig{}), counter{make(chan bool, 10)}
	defer c.Close()
	for n := 1; n > 0; { // behind the connection's back: else its output would wait
		var err error
		n, err = c.raw.tryWrite(make([]byte, 1<<20))
		assert.Equal(t, nil, err)
	}
	b.Write(AppendFrame(nil, raw("hello")))
	assert.Equal(t, nil, c.Read())
	assert.Equal(t, nil, p.Add(c, h))
	h.called(t)
}

func TestAddOfWhatCannotBePolled(t *testing.T) {
	p, _ := startPoller(t, idle)
	a, b := net.Pipe()
	defer b.Close()
	h := newEcho(t, NewConn(a, ConnConfig{}))
	assert.Equal(t, ErrNotPolled, p.Add(h.c, h))

	c, d := tcpPair(t)
	defer d.Close()
	h = newEcho(t, NewConn(c, ConnConfig{}))
	h.c.Close()
	assert.Equal(t, net.ErrClosed, p.Add(h.c, h))
}
