package client

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// network passes connections on by way of a proxy for each node, which can stop
// to forward anything, as when the node is stopped or the network loses all
// packets: nobody is told.
type network struct {
	t *testing.T

	mu      sync.Mutex
	proxies map[string]*proxy // by the node's address
}

type proxy struct {
	net.Listener
	to string

	mu    sync.Mutex
	stall chan struct{} // closed to go on; nil: nothing is held back
	conns []net.Conn
}

func newNetwork(t *testing.T) *network {
	n := &network{t: t, proxies: make(map[string]*proxy)}
	t.Cleanup(func() {
		for addr, p := range n.proxies {
			n.resume(addr)
			p.close()
		}
	})
	return n
}

// dial is for Config.DialContext.
func (n *network) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, n.proxy(addr).Addr().String())
}

func (n *network) proxy(addr string) *proxy {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.proxies[addr]
	if p == nil {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			n.t.Fatal(err)
		}
		p = &proxy{Listener: l, to: addr}
		n.proxies[addr] = p
		go p.serve()
	}
	return p
}

func (n *network) stall(addr string) {
	p := n.proxy(addr)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stall == nil {
		p.stall = make(chan struct{})
	}
}

func (n *network) resume(addr string) {
	p := n.proxy(addr)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stall != nil {
		close(p.stall)
		p.stall = nil
	}
}

func (p *proxy) serve() {
	for {
		in, err := p.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.to)
		if err != nil {
			in.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, in, out)
		p.mu.Unlock()
		go p.pass(in, out)
		go p.pass(out, in)
	}
}

// pass forwards until either end closes, also while it is stalled: the end of
// a connection is held back like all else.
func (p *proxy) pass(from, to net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		p.mu.Lock()
		stall := p.stall
		p.mu.Unlock()
		if stall != nil {
			<-stall
		}
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	from.Close()
	to.Close()
}

func (p *proxy) close() {
	p.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, nc := range p.conns {
		nc.Close()
	}
}

// Nodes stall one after the other, and come back: all goes on, as
// with kills.
func TestStallUnderFire(t *testing.T) {
	nodes := startCluster(t, 3, steady())
	net := newNetwork(t)
	const keepalive = 100 * time.Millisecond
	c := dialed(t, Config{Keepalive: keepalive, DialContext: net.dial}, nodes[0].Started.Addr)
	knows(t, c, 3)
	scribe := nodes[0].only(t)
	rev, err := scribe.Rev(soon(t))
	assert.Equal(t, nil, err)
	f := newFire(t, rev+1)
	f.through("c", c, 8)
	for range 3 {
		f.goesOn(200)
		its, _ := nodeOf(t, c, nodes)
		net.stall(its.Started.Addr)
		until(t, "the client went elsewhere", func() bool { return c.link.cur.Load().id != its.ID })
		f.goesOn(200)
		net.resume(its.Started.Addr)
	}
	f.verify(scribe)
	assert.T(t, f.pause < 50*keepalive, f.pause)
	c.Close()
}

// All nodes stall: contexts end calls, and Close does not wait for anybody.
func TestAllStalled(t *testing.T) {
	nodes := startCluster(t, 3, steady())
	net := newNetwork(t)
	c := dialed(t, Config{Keepalive: 50 * time.Millisecond, DialContext: net.dial}, nodes[0].Started.Addr)
	knows(t, c, 3)
	w, err := c.Watch(t.Context(), "/none", 0)
	assert.Equal(t, nil, err)
	for _, r := range nodes {
		net.stall(r.Started.Addr)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	_, _, err = c.Get(ctx, "/a")
	assert.T(t, errors.Is(err, context.DeadlineExceeded), err)
	begun := time.Now()
	c.Close()
	assert.T(t, time.Since(begun) < time.Second, time.Since(begun))
	_, err = w.Next()
	assert.T(t, errors.Is(err, ErrClosed), err)
	noneLeft(t)
}
