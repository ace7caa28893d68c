package server

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ha/doozer/proto"
)

// ask builds a request.
type ask struct{ m proto.Request }

func a(verb proto.Request_Verb) *ask {
	return &ask{proto.Request{Verb: &verb}}
}

func (q *ask) tag(n int32) *ask      { q.m.Tag = &n; return q }
func (q *ask) path(s string) *ask    { q.m.Path = &s; return q }
func (q *ask) value(s string) *ask   { q.m.Value = []byte(s); return q }
func (q *ask) rev(n int64) *ask      { q.m.Rev = &n; return q }
func (q *ask) offset(n int32) *ask   { q.m.Offset = &n; return q }
func (q *ask) limit(n int32) *ask    { q.m.Limit = &n; return q }
func (q *ask) otherTag(n int32) *ask { q.m.OtherTag = &n; return q }
func (q *ask) session(s string) *ask { q.m.Session = &s; return q }
func (q *ask) local() *ask           { yes := true; q.m.Local = &yes; return q }

// step adds a step to a TXN.
func (q *ask) step(kind proto.Step_Kind, path string, rev int64, value string) *ask {
	st := &proto.Step{Kind: &kind, Path: &path, Rev: &rev}
	if value != "" {
		st.Value = []byte(value)
	}
	q.m.Steps = append(q.m.Steps, st)
	return q
}

// show tells the fields that a response has, and only those.
func show(r *proto.Response) string {
	var s []string
	add := func(has bool, format string, args ...any) {
		if has {
			s = append(s, fmt.Sprintf(format, args...))
		}
	}
	add(r.Tag != nil, "tag %d", r.GetTag())
	add(r.Flags != nil, "flags %d", r.GetFlags())
	add(r.Rev != nil, "rev %d", r.GetRev())
	add(r.Path != nil, "path %s", r.GetPath())
	add(r.Value != nil, "value %q", r.Value)
	add(r.Len != nil, "len %d", r.GetLen())
	add(r.ErrCode != nil, "%s", r.GetErrCode())
	add(r.ErrDetail != nil, "(%s)", r.GetErrDetail())
	return strings.Join(s, " ")
}

// client speaks raw frames.
type client struct {
	tb   testing.TB
	conn net.Conn
	in   *proto.Conn
}

func dial(tb testing.TB, h *house) *client {
	conn, err := net.Dial("tcp", h.addr)
	if err != nil {
		tb.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	c := &client{tb, conn, proto.NewConn(conn, proto.ConnConfig{MaxFrame: 2 * proto.MaxFrame})}
	tb.Cleanup(func() { c.in.Close() })
	return c
}

// send writes requests in one piece.
func (c *client) send(qs ...*ask) {
	c.tb.Helper()
	var b []byte
	for _, q := range qs {
		b = proto.AppendFrame(b, &q.m)
	}
	c.raw(b)
}

func (c *client) raw(b []byte) {
	c.tb.Helper()
	if _, err := c.conn.Write(b); err != nil {
		c.tb.Fatal(err)
	}
}

func (c *client) recv() *proto.Response {
	c.tb.Helper()
	frame, ok := c.in.Next()
	if !ok {
		if err := c.in.Read(); err != nil {
			c.tb.Fatal(err)
		}
		frame, _ = c.in.Next()
	}
	r := new(proto.Response)
	if err := r.UnmarshalVT(frame); err != nil {
		c.tb.Fatal(err)
	}
	return r
}

// expect reads responses and compares what show tells.
func (c *client) expect(want ...string) {
	c.tb.Helper()
	for i, w := range want {
		if got := show(c.recv()); got != w {
			c.tb.Fatalf("answer %d is\n\t%s\nnot\n\t%s", i, got, w)
		}
	}
}

// expectQuiet proves that no other answer is on its way, by a round trip.
func (c *client) expectQuiet() {
	c.tb.Helper()
	c.send(a(proto.Request_NOP).tag(987654))
	c.expect("tag 987654 flags 3")
	c.send(a(proto.Request_SELF).tag(987655))
	c.expect(`tag 987655 flags 3 value "0123456789abcdef"`)
}

// expectEnd reads until the server ends the connection.
func (c *client) expectEnd() {
	c.tb.Helper()
	for {
		if err := c.in.Read(); err != nil {
			if e, ok := err.(net.Error); ok && e.Timeout() {
				c.tb.Fatal("the connection lives on")
			}
			return
		}
		for _, ok := c.in.Next(); ok; {
			_, ok = c.in.Next()
		}
	}
}
