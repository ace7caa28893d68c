package client

import (
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// slowLink forwards connections to an address, at most rate bytes a second in
// either direction. It returns its own address.
func slowLink(t *testing.T, to string, rate int) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			go trickle(out, in, rate)
			go trickle(in, out, rate)
		}
	}()
	return l.Addr().String()
}

func trickle(to, from net.Conn, rate int) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, rate/50)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
		time.Sleep(time.Duration(n) * time.Second / time.Duration(rate))
	}
}

// Large values get through a slow network, though each takes longer than a node
// may be silent.
func TestSlowNetwork(t *testing.T) {
	n := startNode(t, steady())
	addr := slowLink(t, n.Started.Addr, 1<<20)
	c := dialed(t, Config{Pinned: true, Keepalive: 250 * time.Millisecond}, addr)
	big := make([]byte, proto.MaxValue-100)
	begun := time.Now()
	_, err := c.Set(soon(t), "/big", Missing, big)
	assert.Equal(t, nil, err)
	v, _, err := c.Get(soon(t), "/big")
	assert.Equal(t, nil, err)
	assert.Equal(t, len(big), len(v))
	assert.T(t, time.Since(begun) > time.Second, "it was slow")
}

// A node that takes nothing more of a large value is left, too.
func TestSilentNodeAmidLargeValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "a:1")
		c := w.client(w.config(), "a:1")
		synctest.Wait()
		w.do("a:1", func(a *actor) { a.mute = true })
		begun := time.Now()
		_, err := c.Set(t.Context(), "/big", Missing, make([]byte, proto.MaxValue-100))
		assert.T(t, errors.Is(err, ErrLost), err)
		took := time.Since(begun)
		most := maxSilent*DefaultKeepalive + proto.MaxValue*time.Second/slowest
		assert.T(t, took > maxSilent*DefaultKeepalive && took <= most, took)
		c.Close()
	})
}
