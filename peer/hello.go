package peer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/proto/access"
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
	if me.secrets.Guarded() {
		mine.Nonce = access.Nonce()
	}
	said, err := mine.MarshalVT()
	if err != nil {
		return nil, err
	}
	b, err := exchange(conn, said)
	if err != nil {
		return nil, err
	}
	if me.secrets.Guarded() {
		return prove(conn, me, said, b)
	}
	return checkAnswer(b, me)
}

// exchange makes one PEER request and waits for what comes back.
func exchange(conn *proto.Conn, value []byte) ([]byte, error) {
	if err := conn.Queue(&proto.Request{Verb: proto.Request_PEER.Enum(), Value: value}); err != nil {
		return nil, err
	}
	conn.Flush()
	b, err := nextFrom(conn)
	if err != nil {
		return nil, fmt.Errorf("what listens there does not answer as a doozerd: %w", err)
	}
	return b, nil
}

// nextFrom waits for the next frame.
func nextFrom(conn *proto.Conn) ([]byte, error) {
	for {
		if b, ok := conn.Next(); ok {
			return b, nil
		}
		if err := conn.Read(); err != nil {
			return nil, err
		}
	}
}

// checkAnswer takes the answer to this node's hello.
func checkAnswer(b []byte, me *identity) (*proto.Hello, error) {
	hello, _, err := helloOf(b)
	if err != nil {
		return nil, err
	}
	if err := me.check(hello); err != nil {
		return nil, fmt.Errorf("%w: %w", errRefused, err)
	}
	return hello, nil
}

// helloOf is the hello in an answer, and as it was said; or why there is none.
func helloOf(b []byte) (*proto.Hello, []byte, error) {
	var resp proto.Response
	if err := resp.UnmarshalVT(b); err != nil {
		return nil, nil, fmt.Errorf("what listens there does not answer as a doozerd: %w", err)
	}
	if resp.ErrCode != nil {
		return nil, nil, fmt.Errorf("%w: %s: %.300s", errRefused, resp.GetErrCode(), resp.GetErrDetail())
	}
	hello := new(proto.Hello)
	if err := hello.UnmarshalVT(resp.Value); err != nil {
		return nil, nil, fmt.Errorf("the answer to hello: %w", err)
	}
	return hello, resp.Value, nil
}

// welcome answers the hello of whoever dialed, who has to prove first to know the
// secret, if there is one. With an error the other was told why.
func welcome(conn *proto.Conn, req *proto.Request, me *identity) (*proto.Hello, error) {
	hello := new(proto.Hello)
	err := hello.UnmarshalVT(req.Value)
	mine := me.hello()
	if err == nil {
		err = me.admit(conn, req, hello, mine)
	}
	if err == nil {
		err = me.check(hello)
	}
	if err != nil {
		refuse(conn, req, err)
		return hello, err
	}
	return hello, answer(conn, req, mine)
}

// answer says hello in answer to a request.
func answer(conn *proto.Conn, req *proto.Request, mine *proto.Hello) error {
	value, err := mine.MarshalVT()
	if err != nil {
		return err
	}
	return respond(conn, req, &proto.Response{Value: value})
}

// refuse tells whoever dialed why. That it cannot be told is of no interest.
func refuse(conn *proto.Conn, req *proto.Request, why error) {
	detail := why.Error()
	_ = respond(conn, req, &proto.Response{ErrCode: proto.Response_OTHER.Enum(), ErrDetail: &detail})
}

func respond(conn *proto.Conn, req *proto.Request, resp *proto.Response) error {
	flags := int32(proto.Response_VALID | proto.Response_DONE)
	resp.Tag, resp.Flags = req.Tag, &flags
	if err := conn.Queue(resp); err != nil {
		return err
	}
	conn.Flush()
	return nil
}
