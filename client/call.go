package client

import (
	"context"

	"github.com/ha/doozer/proto"
)

// call is a request with one answer. Calls are used again, with their
// channel.
type call struct {
	request
	reply reply
	done  chan struct{} // cap 1: reply is set
}

// take implements sink.
func (cl *call) take(r reply) {
	cl.reply = r
	cl.done <- struct{}{}
}

func newCall(verb proto.Request_Verb) *call {
	cl := &call{done: make(chan struct{}, 1)}
	cl.begin(verb)
	return cl
}

func accessCall(secret string) *call {
	cl := newCall(proto.Request_ACCESS)
	cl.msg.Value = []byte(secret)
	return cl
}

// call returns a call for verb, to be given back with free.
func (c *Client) call(verb proto.Request_Verb) *call {
	cl, ok := c.calls.Get().(*call)
	if !ok {
		return newCall(verb)
	}
	cl.begin(verb)
	return cl
}

func (c *Client) free(cl *call) {
	cl.reply = reply{}
	cl.msg.Value, cl.msg.Steps = nil, nil
	c.calls.Put(cl)
}

// do sends the call's request and waits for the answer, or for the end of the
// context or the connection.
func (c *conn) do(ctx context.Context, cl *call) reply {
	tag, err := c.send(ctx, &cl.request, cl, false)
	if err != nil {
		return reply{err: err}
	}
	select {
	case <-cl.done:
	case <-ctx.Done():
		if c.cancel(tag, cl) {
			return reply{err: ctx.Err(), sent: true}
		}
		<-cl.done // the answer overtook the cancellation
	}
	return cl.reply
}
