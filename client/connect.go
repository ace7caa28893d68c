package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Dial is like the function Dial, with a configuration.
func (cfg Config) Dial(ctx context.Context, uri string) (*Client, error) {
	u, err := cfg.ParseURI(uri)
	if err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	ns, err := cfg.nameService(u)
	if err != nil {
		return nil, err
	}
	l := newLink(cfg, u)
	if l.ns = ns; ns != nil {
		l.dialer.belong(ns.cluster)
	}
	cn, err := l.connect(ctx)
	if err != nil {
		l.stop()
		l.running.Wait()
		l.dialer.stragglers.Wait()
		return nil, err
	}
	return begin(l, cn), nil
}

// begin makes a client of a link and its first connection.
func begin(l *link, cn *conn) *Client {
	c := &Client{link: l}
	l.start(cn)
	if !l.cfg.Pinned {
		l.running.Go(func() { c.findNodes(l.ctx) })
	}
	return c
}

// connect makes the first connection. A patient client waits for it, as redial does for the next one.
func (l *link) connect(ctx context.Context) (*conn, error) {
	cn, err := l.first(ctx)
	if !l.cfg.Patient {
		return cn, err
	}
	for round := 1; err != nil; round++ {
		if _, ok := errors.AsType[denied](err); ok {
			return nil, err
		}
		if ctx.Err() == nil {
			l.noted(err)
		}
		if !sleep(ctx, backoff(round, l.cfg.MaxBackoff)) {
			return nil, fmt.Errorf("%w: %w", l.latestFailure(), ctx.Err())
		}
		cn, err = l.next(ctx)
	}
	return cn, nil
}

// first makes one round of attempts. The name service, if there is one, is asked before it if no
// node is known, else beside it; a patient client does not wait for the answer then.
func (l *link) first(ctx context.Context) (*conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	addrs, _ := l.nodes.order(time.Now(), nil)
	switch {
	case l.ns == nil:
		return l.dialer.any(ctx, addrs, nil)
	case len(addrs) > 0 && l.cfg.Patient:
		return l.next(ctx)
	case len(addrs) > 0:
		return l.dialer.among(ctx, addrs, l.findBeside(ctx, addrs), nil)
	}
	if err := l.find(ctx); err != nil {
		return nil, err
	}
	addrs, _ = l.nodes.order(time.Now(), nil)
	return l.dialer.any(ctx, addrs, nil)
}

// next makes one round of attempts, beside which the name service is asked for the rounds to
// come.
func (l *link) next(ctx context.Context) (*conn, error) {
	l.lookUp()
	addrs, _ := l.nodes.order(time.Now(), nil)
	if len(addrs) == 0 {
		return nil, l.latestFailure()
	}
	return l.dialer.any(ctx, addrs, nil)
}
