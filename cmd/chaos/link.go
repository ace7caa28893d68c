package main

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/ha/doozer/client"
)

// How long one waits for an operation, and for a connection.
const opTime = time.Second

// link is a connection for one goroutine, to one place or to any. It is made anew when it is
// lost, or when nothing came of it for a while.
type link struct {
	c     *cluster
	place int // tester: any
	one   *client.Client
	uri   string // that one was dialed by
	late  int    // operations in a row that took too long
}

// to returns the client, connected.
func (l *link) to(ctx context.Context) (*client.Client, error) {
	uri := l.wanted()
	if l.one != nil && (l.uri == uri || l.place == tester) {
		return l.one, nil
	}
	l.drop()
	ctx, cancel := context.WithTimeout(ctx, opTime)
	defer cancel()
	one, err := client.Dial(ctx, uri)
	if err != nil {
		return nil, err
	}
	l.one, l.uri, l.late = one, uri, 0
	return one, nil
}

func (l *link) wanted() string {
	if l.place != tester {
		return l.c.places[l.place].last()
	}
	v := url.Values{"ca": nil}
	for _, p := range l.c.places {
		v.Add("ca", p.last())
	}
	return "doozer:?" + v.Encode()
}

// judge notes how an operation ended.
func (l *link) judge(err error) {
	switch {
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
