package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/ha/doozer/proto"
)

// What stands for a file's revision when there is no such file, and what a
// write may ask for.
const (
	Missing = 0  // no file is there
	Clobber = -1 // a write's revision: whatever is there
	Dir     = -2 // a directory is there
)

// A Client is a connection to a cluster. It is safe for concurrent use.
type Client struct {
	link  *link
	calls sync.Pool // of *call
}

// Dial connects to a cluster by the address of a node ("host:port", the port
// 8046 unless given) or by a doozer: URI (see ParseURI). Of several addresses
// it takes one that answers, not one that merely accepts a connection. A
// secret in the URI is presented with ACCESS. The context bounds the dialing
// only, not the client's life, which ends with Close.
//
// The error matches ErrUnreachable when no node answered.
func Dial(ctx context.Context, uri string) (*Client, error) {
	return Config{}.Dial(ctx, uri)
}

// Close ends the client. Calls and watches that are still open end with
// ErrClosed.
func (c *Client) Close() error {
	c.link.close()
	return nil
}

// Addr returns the address of the node that the client is connected to, or was
// connected to last, as it resolved.
func (c *Client) Addr() string { return c.link.cur.Load().frames.RemoteAddr().String() }

// do performs a read, or anything else that may safely be repeated.
func (c *Client) do(ctx context.Context, cl *call) (reply, error) {
	r := c.ask(ctx, cl)
	if r.err != nil {
		r.err = explain(cl.verb, cl.path, r.err)
	}
	c.free(cl)
	return r, r.err
}

// write performs a request that changes the store. Unless the node itself
// said why it failed, nobody knows whether it did once it was handed to a
// connection.
func (c *Client) write(ctx context.Context, cl *call) (reply, error) {
	r := c.ask(ctx, cl)
	if r.err != nil {
		if r.sent && !isAnswer(r.err) {
			r.err = fmt.Errorf("%w: %w", ErrOutcomeUnknown, r.err)
		}
		r.err = explain(cl.verb, cl.path, r.err)
	}
	c.free(cl)
	return r, r.err
}

// ask has a node answer the call: the one at hand, or those that take its
// place, until there is an answer, or nobody may be asked any more.
func (c *Client) ask(ctx context.Context, cl *call) reply {
	began := time.Now()
	cn := c.link.cur.Load()
	for refusals := 0; ; {
		r := cn.do(ctx, cl)
		if r.err == nil {
			return r
		}
		switch r.next(cl.writes()) {
		case stop:
			if errors.Is(r.err, ErrOutcomeUnknown) {
				c.link.suggest(cn, r.err) // the node may be cut off
			}
			return r
		case again:
			next, err := c.link.after(ctx, cn)
			if err != nil {
				return reply{err: err}
			}
			cn = next
		case elsewhere:
			refusals++
			if refusals == maxRefusals {
				return r
			}
			next, err := c.search(ctx, began, cn, cl, r.err)
			if err != nil {
				return reply{err: err}
			}
			if next == nil {
				return r
			}
			cn = next
		}
	}
}

// search is elsewhere for as long as Config.GiveUp allows, since the call
// began. Then the refusal is the answer: a node that took its time for it
// leaves little to those that may not answer at all.
func (c *Client) search(ctx context.Context, began time.Time, from *conn, cl *call, why error) (*conn, error) {
	limit := c.link.cfg.GiveUp
	if limit == 0 {
		return c.elsewhere(ctx, from, cl, why)
	}
	limited, cancel := context.WithDeadline(ctx, began.Add(limit))
	defer cancel()
	next, err := c.elsewhere(limited, from, cl, why)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return nil, nil
	}
	return next, err
}

// explain says what was asked for when err came of it.
func explain(verb proto.Request_Verb, path string, err error) error {
	what := strings.ToLower(verb.String())
	if path != "" {
		what += " " + path
	}
	return fmt.Errorf("%s: %w", what, err)
}
