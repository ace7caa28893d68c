package client

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/ha/doozer/proto"
)

// peer is the other end of a client's connection, played by a test.
type peer struct {
	t   testing.TB
	nc  net.Conn
	buf []byte
}

// pipe returns a client and the peer that it is connected to.
func pipe(t testing.TB) (*Client, *peer) {
	ours, theirs := net.Pipe()
	c := pinned(ours)
	t.Cleanup(func() { c.Close(); theirs.Close() })
	return c, &peer{t: t, nc: theirs}
}

// pinned returns a client that has that connection, and no other.
func pinned(nc net.Conn) *Client {
	l := newLink(Config{Pinned: true}.withDefaults(), &URI{})
	return begin(l, newConn(nc, "pipe"))
}

// recv returns the client's next request, or nil when it closed the
// connection.
func (p *peer) recv() *proto.Request {
	p.t.Helper()
	for {
		frame, rest, err := proto.NextFrame(p.buf, proto.MaxFrame)
		if err != nil {
			p.t.Error(err)
			return nil
		}
		if frame != nil {
			p.buf = rest
			q := new(proto.Request)
			if err := q.UnmarshalVT(frame); err != nil {
				p.t.Error(err)
			}
			return q
		}
		more := make([]byte, 64<<10)
		n, err := p.nc.Read(more)
		if err != nil {
			return nil
		}
		p.buf = append(p.buf, more[:n]...)
	}
}

// expect returns the next request, which must be for verb.
func (p *peer) expect(verb proto.Request_Verb) *proto.Request {
	p.t.Helper()
	q := p.recv()
	if q == nil || q.GetVerb() != verb {
		p.t.Fatalf("got %v, want a %v", q, verb)
	}
	return q
}

func (p *peer) send(rs ...*proto.Response) {
	p.t.Helper()
	var b []byte
	for _, r := range rs {
		b = proto.AppendFrame(b, r)
	}
	// A client may go before it has all answers.
	if _, err := p.nc.Write(b); err != nil && !errors.Is(err, io.ErrClosedPipe) {
		p.t.Error(err)
	}
}

// answer makes the response to q.
func answer(q *proto.Request, flags int32) *proto.Response {
	return &proto.Response{Tag: q.Tag, Flags: &flags}
}

func refusal(q *proto.Request, code proto.Response_Err, detail string) *proto.Response {
	r := answer(q, 3)
	r.ErrCode, r.ErrDetail = &code, &detail
	return r
}

// event makes a response that brings a change, or a file.
func event(q *proto.Request, flags int32, path, value string, rev int64) *proto.Response {
	r := answer(q, flags)
	r.Path, r.Value, r.Rev = &path, []byte(value), &rev
	return r
}

func ptr[T any](v T) *T { return &v }

// soon is a context for what must not take long.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}
