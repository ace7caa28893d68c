package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/ha/doozer/proto"
)

const (
	answerTimeout = 5 * time.Second        // for one address to accept and answer
	dialStagger   = 250 * time.Millisecond // before the next address is tried beside it
	quorumWait    = 500 * time.Millisecond // for a node to show that it reaches a majority
)

// dialer makes connections.
type dialer struct {
	net        func(ctx context.Context, network, addr string) (net.Conn, error)
	pinned     bool              // any node will do that answers
	failed     func(addr string) // hears of each failure
	stragglers sync.WaitGroup    // attempts that lost a race

	mu     sync.Mutex
	secret string // to be presented with ACCESS; "": none
}

// any connects to one of addrs. They are tried in that order: the next as soon
// as one fails, or beside those that take their time. The first wins that
// answers and can reach a majority of the cluster; if there is none such, one
// that answers. If than is not nil only one will do that is better: another
// node, with a majority.
func (d *dialer) any(ctx context.Context, addrs []string, than *conn) (*conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &race{dialer: d, addrs: addrs, results: make(chan attempt, len(addrs)), than: than}
	defer r.abandon()
	stagger := time.NewTicker(dialStagger)
	defer stagger.Stop()
	for r.start(ctx); r.running > 0; {
		select {
		case <-stagger.C:
		case <-r.enough:
			return r.second()
		case a := <-r.results:
			if r.take(a) {
				return a.conn, nil
			}
		}
		r.start(ctx)
	}
	if r.spare != nil {
		return r.second()
	}
	return nil, r.failure(ctx)
}

// dialOne connects to addr and asks the node there for its name: the kernel
// accepts connections for a process that is stopped, too.
func (d *dialer) dialOne(ctx context.Context, addr string) attempt {
	late := fmt.Errorf("%s: no answer within %v", addr, answerTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, answerTimeout, late)
	defer cancel()
	nc, err := d.net(ctx, "tcp", addr)
	if err != nil {
		return attempt{addr: addr, err: orCause(ctx, err)}
	}
	cn := newConn(nc, addr)
	quorum, err := d.greet(ctx, cn)
	if err != nil {
		cn.close(ErrClosed)
		return attempt{addr: addr, err: err}
	}
	return attempt{addr: addr, conn: cn, quorum: quorum}
}

// greet presents the secret, asks for the node's name, and whether it can serve reads.
func (d *dialer) greet(ctx context.Context, cn *conn) (quorum bool, err error) {
	r := cn.do(ctx, newCall(proto.Request_SELF))
	if r.err != nil && !isAnswer(r.err) {
		err := orCause(ctx, fmt.Errorf("%s: %w", cn.addr, r.err))
		return false, fmt.Errorf("%w (is that a doozerd?)", err)
	}
	cn.id = string(r.value)
	d.mu.Lock()
	secret := d.secret
	d.mu.Unlock()
	if secret != "" {
		if r := cn.do(ctx, accessCall(secret)); r.err != nil {
			return false, explain(proto.Request_ACCESS, "", r.err)
		}
	}
	if d.pinned {
		return true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, quorumWait)
	defer cancel()
	r = cn.do(ctx, newCall(proto.Request_REV))
	if errors.Is(r.err, ErrLost) {
		return false, fmt.Errorf("%s: %w", cn.addr, r.err)
	}
	return r.err == nil, nil
}

func (d *dialer) setSecret(secret string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.secret = secret
}

// orCause returns why ctx ended, if it did, else err.
func orCause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
