package client

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/ha/doozer/proto"
)

const (
	answerTimeout = 5 * time.Second        // for one address to accept and answer
	dialStagger   = 250 * time.Millisecond // before the next address is tried beside it
	minStagger    = 10 * time.Millisecond  // beside many
	slowAnswer    = 500 * time.Millisecond // an attempt that was given up after as long counts as failed
	quorumWait    = 500 * time.Millisecond // for a node to show that it reaches a majority
)

// dialer makes connections.
type dialer struct {
	net        func(ctx context.Context, network, addr string) (net.Conn, error)
	pinned     bool              // any node will do that answers
	admit      admit             // nil: all are admitted
	failed     func(addr string) // hears of each failure
	stragglers sync.WaitGroup    // attempts that lost a race

	log *slog.Logger

	mu      sync.Mutex
	secret  string // to be presented with ACCESS; "": none
	cluster string // the name of the only one to connect to; "": not known yet
}

// any connects to one of addrs. They are tried in that order: the next as soon
// as one fails, or beside those that take their time, the sooner the more do.
// The first wins that answers and can reach a majority of the cluster; if there
// is none such, one that answers. If fit is not nil only a node with a majority
// will do whose id is fit.
func (d *dialer) any(ctx context.Context, addrs []string, fit func(id string) bool) (*conn, error) {
	return d.among(ctx, addrs, nil, fit)
}

// among is any, with more addresses that come once, later, and are tried as well. It waits for them
// while no other is left.
func (d *dialer) among(ctx context.Context, addrs []string, more <-chan []string, fit func(id string) bool) (*conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &race{
		dialer: d, addrs: addrs, more: more, fit: fit,
		results: make(chan attempt, len(addrs)), running: make(map[string]time.Time),
		stagger: time.NewTimer(dialStagger),
	}
	defer r.stagger.Stop()
	defer r.abandon()
	for r.start(ctx); len(r.running) > 0 || r.more != nil; {
		select {
		case <-r.stagger.C:
		case others := <-r.more:
			r.addrs, r.more = append(r.addrs, others...), nil
		case <-r.enough:
			return r.second(), nil
		case a := <-r.results:
			if r.take(ctx, a) {
				d.belong(a.cluster)
				return a.conn, nil
			}
		}
		r.start(ctx)
	}
	if r.spare.conn != nil {
		return r.second(), nil
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
	a := attempt{addr: addr, conn: cn}
	if err := d.greet(ctx, &a); err != nil {
		cn.close(ErrClosed)
		return attempt{addr: addr, err: err}
	}
	return a
}

// greet asks for the node's name, presents the secret, has the node admitted,
// and asks for the cluster's name, and whether the node can serve reads.
func (d *dialer) greet(ctx context.Context, a *attempt) error {
	cn := a.conn
	r := cn.do(ctx, newCall(proto.Request_SELF))
	if r.err != nil && !isAnswer(r.err) {
		err := orCause(ctx, fmt.Errorf("%s: %w", cn.addr, r.err))
		return fmt.Errorf("%w (is that a doozerd?)", err)
	}
	cn.id = string(r.value)
	if secret := d.getSecret(); secret != "" {
		if err := cn.present(ctx, secret); err != nil {
			return explain(proto.Request_ACCESS, "", err)
		}
	}
	if err := d.ask(ctx, cn); err != nil {
		return err
	}
	if d.pinned {
		a.quorum = true
		return nil
	}
	if err := d.check(ctx, a); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, quorumWait)
	defer cancel()
	r = cn.do(ctx, newCall(proto.Request_REV))
	if errors.Is(r.err, ErrLost) {
		return fmt.Errorf("%s: %w", cn.addr, r.err)
	}
	a.quorum = r.err == nil
	return nil
}

// orCause returns why ctx ended, if it did, else err.
func orCause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
