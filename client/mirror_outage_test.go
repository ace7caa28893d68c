package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// valve is a network that can be shut, which ends all connections.
type valve struct {
	mu    sync.Mutex
	shut  bool
	conns []net.Conn
}

func (v *valve) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.shut {
		return nil, errors.New("refused")
	}
	nc, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err == nil {
		v.conns = append(v.conns, nc)
	}
	return nc, err
}

func (v *valve) turn(shut bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.shut = shut
	for _, nc := range v.conns {
		nc.Close()
	}
	v.conns = nil
}

// A mirror that was cut off for longer than the history reaches reads anew as soon as there is a node: no older
// history would be of more use to it. It does so each time.
func TestMirrorReadsAnewAtOnce(t *testing.T) {
	cfg := steady()
	cfg.History = 64
	nodes := startCluster(t, 3, cfg)
	v := new(valve)
	c := dialed(t, Config{DialContext: v.dial}, nodes[0].Started.Addr)
	knows(t, c, 3)
	m := mirrored(t, c, "/m/*")
	other := dialed(t, Config{}, nodes[0].Started.Addr)
	for i := range 4 {
		v.turn(true)
		var last int64
		for range 200 {
			var err error
			last, err = other.Set(soon(t), "/m/a", Clobber, fmt.Append(nil, i))
			assert.Equal(t, nil, err)
		}
		v.turn(false)
		_, _, err := c.Get(soon(t), "/m/a") // there is a node
		assert.Equal(t, nil, err)
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		_, err = m.Await(ctx, last)
		cancel()
		assert.Equal(t, nil, err)
		took := time.Since(begun)
		t.Logf("outage %d: the mirror was up to date %v after its client", i+1, took)
		if took > 2*time.Second {
			t.Errorf("%v is too long", took)
		}
	}
}

// So who waits for a lock has it soon after it is free and there is a node.
func TestLockIsPassedOnAfterOutages(t *testing.T) {
	cfg := steady()
	cfg.History = 64
	nodes := startCluster(t, 3, cfg)
	other := dialed(t, Config{}, nodes[0].Started.Addr)
	setFile(t, other, leaseFile, "10m")
	held, err := newSession(t, other).Lock(soon(t), "/l")
	assert.Equal(t, nil, err)
	v := new(valve)
	c := dialed(t, Config{DialContext: v.dial}, nodes[0].Started.Addr)
	knows(t, c, 3)
	s := newSession(t, c)
	m := mirrored(t, c, "/noise")
	got := make(chan error, 1)
	go func() {
		_, err := s.Lock(t.Context(), "/l")
		got <- err
	}()
	until(t, "it stands in line", func() bool { return nodes[0].waiting("/l") == 2 })
	outage := func() {
		v.turn(true)
		var last int64
		for range 200 {
			last = setFile(t, other, "/noise", "")
		}
		v.turn(false)
		_, err := m.Await(t.Context(), last)
		assert.Equal(t, nil, err)
	}
	for range 3 {
		outage()
	}
	v.turn(true)
	for range 200 {
		setFile(t, other, "/noise", "")
	}
	assert.Equal(t, nil, held.Unlock(soon(t)))
	v.turn(false)
	_, _, err = c.Get(soon(t), "/noise")
	assert.Equal(t, nil, err)
	begun := time.Now()
	select {
	case err := <-got:
		assert.Equal(t, nil, err)
	case <-time.After(time.Minute):
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it was free for %v, and its client connected", took)
	}
}
