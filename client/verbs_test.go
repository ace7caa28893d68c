package client

import (
	"context"
	"errors"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// Each verb: the request on the wire, without its tag, and what the caller
// gets of an answer.
var verbTests = []struct {
	name string
	call func(ctx context.Context, c *Client) []any
	req  *proto.Request
	resp *proto.Response
	exp  []any
}{
	{
		"get",
		func(ctx context.Context, c *Client) []any {
			v, rev, err := c.Get(ctx, "/a")
			return []any{string(v), rev, err}
		},
		&proto.Request{Verb: proto.Request_GET.Enum(), Path: ptr("/a")},
		&proto.Response{Flags: ptr[int32](3), Rev: ptr[int64](7), Value: []byte("x")},
		[]any{"x", int64(7), nil},
	}, {
		"get at a revision, locally",
		func(ctx context.Context, c *Client) []any {
			v, rev, err := c.Get(ctx, "/a", At(5), Local())
			return []any{string(v), rev, err}
		},
		&proto.Request{Verb: proto.Request_GET.Enum(), Path: ptr("/a"), Rev: ptr[int64](5), Local: ptr(true)},
		&proto.Response{Flags: ptr[int32](3), Rev: ptr[int64](Missing)},
		[]any{"", int64(Missing), nil},
	}, {
		"stat",
		func(ctx context.Context, c *Client) []any {
			n, rev, err := c.Stat(ctx, "/d", At(0))
			return []any{n, rev, err}
		},
		&proto.Request{Verb: proto.Request_STAT.Enum(), Path: ptr("/d"), Rev: ptr[int64](0)},
		&proto.Response{Flags: ptr[int32](3), Len: ptr[int32](12), Rev: ptr[int64](Dir)},
		[]any{12, int64(Dir), nil},
	}, {
		"set",
		func(ctx context.Context, c *Client) []any {
			rev, err := c.Set(ctx, "/a", Clobber, []byte("body"))
			return []any{rev, err}
		},
		&proto.Request{Verb: proto.Request_SET.Enum(), Path: ptr("/a"), Rev: ptr[int64](-1), Value: []byte("body")},
		&proto.Response{Flags: ptr[int32](3), Rev: ptr[int64](8)},
		[]any{int64(8), nil},
	}, {
		"commit",
		func(ctx context.Context, c *Client) []any {
			rev, err := c.Commit(ctx, new(Txn).Check("/a", 7).Set("/b", Missing, []byte("body")).Del("/c", Clobber))
			return []any{rev, err}
		},
		&proto.Request{Verb: proto.Request_TXN.Enum(), Steps: []*proto.Step{
			{Kind: proto.Step_CHECK.Enum(), Path: ptr("/a"), Rev: ptr[int64](7)},
			{Kind: proto.Step_SET.Enum(), Path: ptr("/b"), Rev: ptr[int64](0), Value: []byte("body")},
			{Kind: proto.Step_DEL.Enum(), Path: ptr("/c"), Rev: ptr[int64](-1)},
		}},
		&proto.Response{Flags: ptr[int32](3), Rev: ptr[int64](8)},
		[]any{int64(8), nil},
	}, {
		"checkin",
		func(ctx context.Context, c *Client) []any { return []any{c.Checkin(ctx, "s", Clobber)} },
		&proto.Request{Verb: proto.Request_CHECKIN.Enum(), Path: ptr("s"), Rev: ptr[int64](-1)},
		&proto.Response{Flags: ptr[int32](3)},
		[]any{nil},
	}, {
		"set ephemeral",
		func(ctx context.Context, c *Client) []any {
			rev, err := c.SetEphemeral(ctx, "/a", Missing, []byte("body"), "s")
			return []any{rev, err}
		},
		&proto.Request{Verb: proto.Request_ESET.Enum(), Path: ptr("/a"), Rev: ptr[int64](0), Value: []byte("body"), Session: ptr("s")},
		&proto.Response{Flags: ptr[int32](3), Rev: ptr[int64](8)},
		[]any{int64(8), nil},
	}, {
		"del",
		func(ctx context.Context, c *Client) []any { return []any{c.Del(ctx, "/a", 8)} },
		&proto.Request{Verb: proto.Request_DEL.Enum(), Path: ptr("/a"), Rev: ptr[int64](8)},
		&proto.Response{Flags: ptr[int32](3)},
		[]any{nil},
	}, {
		"rev",
		func(ctx context.Context, c *Client) []any {
			rev, err := c.Rev(ctx)
			return []any{rev, err}
		},
		&proto.Request{Verb: proto.Request_REV.Enum()},
		&proto.Response{Flags: ptr[int32](3), Rev: ptr[int64](1 << 40)},
		[]any{int64(1 << 40), nil},
	}, {
		"nop",
		func(ctx context.Context, c *Client) []any { return []any{c.Nop(ctx)} },
		&proto.Request{Verb: proto.Request_NOP.Enum()},
		&proto.Response{Flags: ptr[int32](3)},
		[]any{nil},
	}, {
		"self",
		func(ctx context.Context, c *Client) []any {
			id, err := c.Self(ctx)
			return []any{id, err}
		},
		&proto.Request{Verb: proto.Request_SELF.Enum()},
		&proto.Response{Flags: ptr[int32](3), Value: []byte("node")},
		[]any{"node", nil},
	}, {
		"access",
		func(ctx context.Context, c *Client) []any { return []any{c.Access(ctx, "s")} },
		&proto.Request{Verb: proto.Request_ACCESS.Enum(), Value: []byte("s")},
		&proto.Response{Flags: ptr[int32](3)},
		[]any{nil},
	}, {
		"wait for a set",
		func(ctx context.Context, c *Client) []any {
			ev, err := c.Wait(ctx, "/*", 3)
			return []any{ev, err}
		},
		&proto.Request{Verb: proto.Request_WAIT.Enum(), Path: ptr("/*"), Rev: ptr[int64](3)},
		&proto.Response{Flags: ptr[int32](4), Path: ptr("/a"), Value: []byte("v"), Rev: ptr[int64](4)},
		[]any{Event{Path: "/a", Value: []byte("v"), Rev: 4}, nil},
	}, {
		"wait for a deletion",
		func(ctx context.Context, c *Client) []any {
			ev, err := c.Wait(ctx, "/*", 3)
			return []any{ev, err}
		},
		&proto.Request{Verb: proto.Request_WAIT.Enum(), Path: ptr("/*"), Rev: ptr[int64](3)},
		&proto.Response{Flags: ptr[int32](8), Path: ptr("/a"), Rev: ptr[int64](4)},
		[]any{Event{Path: "/a", Rev: 4, Del: true}, nil},
	},
}

func TestVerbs(t *testing.T) {
	for _, tt := range verbTests {
		t.Run(tt.name, func(t *testing.T) {
			c, p := pipe(t)
			go func() {
				q := p.recv()
				tt.resp.Tag, q.Tag = q.Tag, nil
				assert.Equal(t, proto.Text(tt.req), proto.Text(q))
				p.send(tt.resp)
			}()
			assert.Equal(t, tt.exp, tt.call(soon(t), c))
		})
	}
}

func TestNodeErrors(t *testing.T) {
	c, p := pipe(t)
	go func() {
		p.send(refusal(p.recv(), proto.Response_REV_MISMATCH, ""))
		p.send(refusal(p.recv(), proto.Response_OTHER, "outcome unknown"))
		p.send(refusal(p.recv(), 77, "new"))
	}()
	_, err := c.Set(soon(t), "/a", 1, nil)
	assert.T(t, errors.Is(err, ErrRevMismatch))
	assert.T(t, !errors.Is(err, ErrTooLate))
	assert.T(t, !errors.Is(err, ErrOutcomeUnknown))
	assert.Equal(t, "set /a: revision mismatch", err.Error())

	err = c.Del(soon(t), "/a", 1)
	assert.T(t, errors.Is(err, ErrOutcomeUnknown))
	assert.T(t, errors.Is(err, ErrOther))
	assert.T(t, !errors.Is(err, ErrNoQuorum))
	assert.Equal(t, "del /a: outcome unknown", err.Error())

	_, err = c.Rev(soon(t))
	var e *Error
	assert.T(t, errors.As(err, &e))
	assert.Equal(t, proto.Response_Err(77), e.Code)
	assert.Equal(t, "rev: error 77: new", err.Error())
}
