package main

import (
	"context"
	"errors"
	"net/url"
	"os"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/proto/access"
)

// opTime is how long one waits for an operation, and for a connection.
const opTime = time.Second

// link is what one goroutine reaches the cluster by: a client that finds its
// nodes itself, or one that means whoever lives at a place.
type link struct {
	c     *cluster
	place int // tester: any
	one   *client.Client
	addr  string // of the node that is meant
	late  int    // operations in a row that took too long
}

// to returns the client, connected.
func (l *link) to(ctx context.Context) (*client.Client, error) {
	addr := ""
	if l.place != tester {
		addr = l.c.places[l.place].last()
	}
	if l.one != nil && l.addr == addr {
		return l.one, nil
	}
	l.drop()
	ctx, cancel := context.WithTimeout(ctx, opTime)
	defer cancel()
	one, err := dial(ctx, l.c, addr)
	if err != nil {
		return nil, err
	}
	l.one, l.addr, l.late = one, addr, 0
	return one, nil
}

// dial connects to the node at an address and no other, or to any if there is none.
func dial(ctx context.Context, c *cluster, addr string) (*client.Client, error) {
	if addr != "" {
		return client.Config{Pinned: true, Secret: access.Presented(os.Getenv)}.Dial(ctx, addr)
	}
	v := make(url.Values)
	for _, p := range c.places {
		v.Add("ca", p.last())
	}
	return client.Config{Secret: access.Presented(os.Getenv)}.Dial(ctx, "doozer:?"+v.Encode())
}

// judge notes how an operation ended. A client that finds its nodes itself is
// kept whatever happens; another one is made anew when the connection is lost, or
// nothing comes of it.
func (l *link) judge(err error) {
	switch {
	case l.place == tester:
	case errors.Is(err, client.ErrLost), errors.Is(err, client.ErrClosed):
		l.drop()
	case errors.Is(err, context.DeadlineExceeded):
		if l.late++; l.late == 2 {
			l.drop()
		}
	default:
		l.late = 0
	}
}

func (l *link) drop() {
	if l.one != nil {
		l.one.Close()
		l.one = nil
	}
}

// pause waits; it reports whether the context lived on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
