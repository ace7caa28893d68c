// Package client talks to a Doozer cluster.
//
// A Client is one connection to one node. Any number of goroutines may use it
// at once: their requests share the connection, go out together in few
// writes, and are answered in any order.
//
//	c, err := client.Dial(ctx, "127.0.0.1:8046")
//	rev, err := c.Set(ctx, "/message", client.Missing, []byte("hello"))
//	value, rev, err := c.Get(ctx, "/message")
//
//	w, err := c.Watch(ctx, "/config/**", 0)
//	for {
//		ev, err := w.Next()
//		...
//	}
//
// # Errors
//
// What a node refuses is an *Error, told apart with errors.Is:
//
//	errors.Is(err, client.ErrRevMismatch)
//
// When the connection is lost every call that waits for an answer ends with
// ErrLost. Nothing is sent a second time: a write whose answer did not come,
// for whatever reason, also matches ErrOutcomeUnknown, and the caller decides.
//
// # Contexts
//
// Every call ends when its context does; the node is then told by a CANCEL
// that nobody waits for the answer. A watch lives as long as the context that
// it was opened with.
package client

import (
	"context"
	"fmt"
	"strings"

	"github.com/ha/doozer/proto"
)

// What stands for a file's revision when there is no such file, and what a
// write may ask for.
const (
	Missing = 0  // no file is there
	Clobber = -1 // a write's revision: whatever is there
	Dir     = -2 // a directory is there
)

// A Client is a connection to a node. It is safe for concurrent use.
type Client struct {
	conn *conn
}

// Dial connects to a cluster by the address of a node ("host:port", the port
// 8046 unless given) or by a doozer: URI (see ParseURI). Of several addresses
// it takes one that answers, not one that merely accepts a connection. A
// secret in the URI is presented with ACCESS. The context bounds the dialing
// only, not the connection's life.
//
// The error matches ErrUnreachable when no node answered.
func Dial(ctx context.Context, uri string) (*Client, error) {
	u, err := ParseURI(uri)
	if err != nil {
		return nil, err
	}
	cn, err := dialAny(ctx, u.Addrs)
	if err != nil {
		return nil, err
	}
	c := &Client{conn: cn}
	if u.Secret != "" {
		if err := c.Access(ctx, u.Secret); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// Close ends the connection. Calls and watches that are still open end with
// ErrClosed.
func (c *Client) Close() error {
	c.conn.end(ErrClosed)
	c.conn.wg.Wait()
	return nil
}

// Addr returns the address of the node that the client is connected to.
func (c *Client) Addr() string { return c.conn.frames.RemoteAddr().String() }

// do performs a read, or anything else that may safely be repeated.
func (c *Client) do(ctx context.Context, cl *call) (reply, error) {
	r := c.conn.do(ctx, cl)
	if r.err != nil {
		r.err = explain(cl.verb, cl.path, r.err)
	}
	c.conn.free(cl)
	return r, r.err
}

// write performs a request that changes the store. Unless the node itself
// said why it failed, nobody knows whether it did once it was handed to the
// connection.
func (c *Client) write(ctx context.Context, cl *call) (reply, error) {
	r := c.conn.do(ctx, cl)
	if r.err != nil {
		if r.sent && !isAnswer(r.err) {
			r.err = fmt.Errorf("%w: %w", ErrOutcomeUnknown, r.err)
		}
		r.err = explain(cl.verb, cl.path, r.err)
	}
	c.conn.free(cl)
	return r, r.err
}

// explain says what was asked for when err came of it.
func explain(verb proto.Request_Verb, path string, err error) error {
	what := strings.ToLower(verb.String())
	if path != "" {
		what += " " + path
	}
	return fmt.Errorf("%s: %w", what, err)
}
