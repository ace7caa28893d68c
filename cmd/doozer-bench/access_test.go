package main

import (
	"net"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// answers has the other end of a link answer one request, which it returns.
func answers(t *testing.T, conn net.Conn, resp *proto.Response) <-chan *proto.Request {
	asked := make(chan *proto.Request, 1)
	go func() {
		defer close(asked)
		c := proto.NewConn(conn, proto.ConnConfig{})
		if err := c.Read(); err != nil {
			return
		}
		b, _ := c.Next()
		q := new(proto.Request)
		if err := q.UnmarshalVT(b); err != nil {
			t.Error(err)
		}
		asked <- q
		c.Queue(resp)
		c.Flush()
	}()
	return asked
}

func TestEnter(t *testing.T) {
	flags, detail := int32(3), "permission denied"
	for _, c := range []struct {
		resp *proto.Response
		want string
	}{
		{&proto.Response{Flags: &flags}, ""},
		{&proto.Response{Flags: &flags, ErrCode: proto.Response_OTHER.Enum(), ErrDetail: &detail}, "access: OTHER: permission denied"},
	} {
		ours, theirs := net.Pipe()
		asked := answers(t, theirs, c.resp)
		err := newLink(ours).enter("s")
		q := <-asked
		assert.Equal(t, proto.Request_ACCESS, q.GetVerb())
		assert.Equal(t, "s", string(q.Value))
		if c.want == "" {
			assert.Equal(t, nil, err)
		} else {
			assert.Equal(t, c.want, err.Error())
		}
		ours.Close()
	}
	ours, theirs := net.Pipe() // with no secret nothing is said
	theirs.Close()
	assert.Equal(t, nil, newLink(ours).enter(""))
}
