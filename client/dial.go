package client

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/ha/doozer/proto"
)

const (
	answerTimeout = 5 * time.Second        // for one address to accept and answer
	dialStagger   = 250 * time.Millisecond // before the next address is tried beside it
)

type attempt struct {
	conn *conn
	err  error
}

// dialAny connects to the first of addrs that answers. They are tried in
// random order, so that clients spread over the nodes: the next as soon as
// one fails, or beside those that take their time.
func dialAny(ctx context.Context, addrs []string) (*conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	order := rand.Perm(len(addrs))
	results := make(chan attempt, len(addrs))
	running := 0
	start := func() {
		addr := addrs[order[0]]
		order = order[1:]
		running++
		go func() {
			cn, err := dialOne(ctx, addr)
			results <- attempt{cn, err}
		}()
	}

	var failures []string
	stagger := time.NewTicker(dialStagger)
	defer stagger.Stop()
	for start(); running > 0; {
		select {
		case <-stagger.C:
		case a := <-results:
			running--
			if a.err == nil {
				go discard(results, running)
				return a.conn, nil
			}
			failures = append(failures, a.err.Error())
		}
		if len(order) > 0 && ctx.Err() == nil {
			start()
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return nil, fmt.Errorf("%w: %s", ErrUnreachable, strings.Join(failures, "; "))
}

// discard closes what n attempts that nobody waits for still bring.
func discard(results <-chan attempt, n int) {
	for range n {
		if a := <-results; a.conn != nil {
			a.conn.end(ErrClosed)
		}
	}
}

// dialOne connects to addr and asks the node there for its name: the kernel
// accepts connections for a process that is stopped, too.
func dialOne(ctx context.Context, addr string) (*conn, error) {
	late := fmt.Errorf("%s: no answer within %v", addr, answerTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, answerTimeout, late)
	defer cancel()
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, orCause(ctx, err)
	}
	cn := newConn(nc)
	if r := cn.do(ctx, cn.call(proto.Request_SELF)); r.err != nil && !isAnswer(r.err) {
		cn.end(ErrClosed)
		err := orCause(ctx, fmt.Errorf("%s: %w", addr, r.err))
		return nil, fmt.Errorf("%w (is that a doozerd?)", err)
	}
	return cn, nil
}

// orCause returns why ctx ended, if it did, else err.
func orCause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
