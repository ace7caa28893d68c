package peer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/ha/doozer/proto"
)

// helloTimeout bounds the time until a dialed node has answered.
const helloTimeout = 2 * time.Second

var (
	errRefused   = errors.New("refused")
	errMalformed = errors.New("malformed frame")
)

// dial connects to the node at addr and exchanges hellos with it, mine is this
// node's. The error wraps errRefused when one of the two does not want the
// other.
func dial(ctx context.Context, addr string, me *identity, mine *proto.Hello) (*proto.Conn, *proto.Hello, error) {
	ctx, cancel := context.WithTimeout(ctx, helloTimeout)
	defer cancel()
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	conn := proto.NewConn(nc, proto.ConnConfig{})
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	hello, err := greet(conn, me, mine)
	if err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("no answer within %v", helloTimeout)
		}
		conn.Close()
		return nil, nil, fmt.Errorf("%s: %w", addr, err)
	}
	return conn, hello, nil
}

// greet says hello first.
func greet(conn *proto.Conn, me *identity, mine *proto.Hello) (*proto.Hello, error) {
	value, err := mine.MarshalVT()
	if err != nil {
		return nil, err
	}
	if err := conn.Queue(&proto.Request{Verb: proto.Request_PEER.Enum(), Value: value}); err != nil {
		return nil, err
	}
	conn.Flush()
	if err := conn.Read(); err != nil {
		return nil, fmt.Errorf("what listens there does not answer as a doozerd: %w", err)
	}
	b, _ := conn.Next()
	return checkAnswer(b, me)
}

// checkAnswer takes the answer to this node's hello.
func checkAnswer(b []byte, me *identity) (*proto.Hello, error) {
	var resp proto.Response
	if err := resp.UnmarshalVT(b); err != nil {
		return nil, fmt.Errorf("what listens there does not answer as a doozerd: %w", err)
	}
	if resp.ErrCode != nil {
		return nil, fmt.Errorf("%w: %s: %.300s", errRefused, resp.GetErrCode(), resp.GetErrDetail())
	}
	hello := new(proto.Hello)
	if err := hello.UnmarshalVT(resp.Value); err != nil {
		return nil, fmt.Errorf("the answer to hello: %w", err)
	}
	if err := me.check(hello); err != nil {
		return nil, fmt.Errorf("%w: %w", errRefused, err)
	}
	return hello, nil
}

// welcome answers the hello of whoever dialed. With an error the other was
// told why.
func welcome(conn *proto.Conn, req *proto.Request, me *identity) (*proto.Hello, error) {
	hello := new(proto.Hello)
	err := hello.UnmarshalVT(req.Value)
	if err == nil {
		err = me.check(hello)
	}
	flags := int32(proto.Response_VALID | proto.Response_DONE)
	resp := &proto.Response{Tag: req.Tag, Flags: &flags}
	if err != nil {
		detail := err.Error()
		resp.ErrCode, resp.ErrDetail = proto.Response_OTHER.Enum(), &detail
	} else if resp.Value, err = me.hello().MarshalVT(); err != nil {
		return nil, err
	}
	if qerr := conn.Queue(resp); qerr != nil {
		return nil, qerr
	}
	conn.Flush()
	return hello, err
}
