package proto

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// TestChurn opens and closes thousands of connections, in all ways, while others talk:
// nobody gets what is another's, and no descriptor is left.
func TestChurn(t *testing.T) {
	const workers, rounds = 8, 250
	p, stop := startPoller(t, idle)
	before := descriptors(t)
	churnBeside(t, p, workers, rounds)
	until(t, "all descriptors are closed", func() bool { return descriptors(t) <= before })
	p.mu.Lock()
	assert.Equal(t, len(p.entries), len(p.free))
	p.mu.Unlock()
	stop()
	assert.T(t, descriptors(t) < before, "those of the poller itself")
}

func churnBeside(t *testing.T, p *Poller, workers, rounds int) {
	var over atomic.Bool
	var talking, churning sync.WaitGroup
	for k := range 4 {
		h, other := polledPair(t, p, ConnConfig{})
		talking.Go(func() {
			for i := 0; !over.Load(); i++ {
				expectEcho(t, other, fmt.Sprint("talk ", k, i))
			}
			other.Close()
			h.ends(t)
		})
	}
	for w := range workers {
		churning.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(w), 0))
			for i := range rounds {
				comeAndGo(t, p, rnd, fmt.Sprint("worker ", w, " round ", i))
			}
		})
	}
	churning.Wait()
	over.Store(true)
	talking.Wait()
}

// large is the size of a frame that takes several reads.
const large = 200_000

// comeAndGo is the life of a connection, which ends in one of all ways.
func comeAndGo(t *testing.T, p *Poller, rnd *rand.Rand, say string) {
	a, b := tcpPair(t)
	b.SetDeadline(time.Now().Add(time.Minute))
	h := &echo{NewConn(a, ConnConfig{MaxFrame: 1 << 20}), make(chan error, 1)}
	if rnd.IntN(2) == 0 {
		go b.Write(AppendFrame(nil, make(raw, large))) // one that may not be read to its end
	}
	if err := p.Add(h.c, h); err != nil {
		t.Error(err)
	}
	switch rnd.IntN(6) {
	case 0:
		h.c.Close()
	case 1:
		b.(*net.TCPConn).SetLinger(0)
		b.Close()
	case 2:
		b.Close()
	case 3:
		go h.c.Flush()
		h.c.Close()
	case 4:
		b.Write([]byte{0xff, 0xff, 0xff, 0xff})
	default:
		b.Write(AppendFrame(nil, raw(say)))
		awaitEcho(t, NewConn(b, ConnConfig{}), say)
	}
	b.Close()
	h.ends(t)
}

// awaitEcho reads until say comes back; nothing but a large frame may come before.
func awaitEcho(t *testing.T, c *Conn, say string) {
	for {
		frame, ok := c.Next()
		switch {
		case ok && string(frame) == say:
			return
		case ok && len(frame) != large:
			t.Errorf("%q instead of %q", frame, say)
			return
		case ok:
			continue
		}
		if err := c.Read(); err != nil {
			t.Errorf("no answer to %q: %v", say, err)
			return
		}
	}
}
