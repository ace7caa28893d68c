package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/proto/access"
)

// secret is what nodes are presented: those that this program starts have its environment.
func secret() string { return access.Presented(os.Getenv) }

// dial connects to a node as other programs do.
func dial(ctx context.Context, addr string) (*client.Client, error) {
	return client.Config{Secret: secret()}.Dial(ctx, addr)
}

// dialLink connects to a node, or the echo, and presents the secret.
func dialLink(ctx context.Context, addr string) (*link, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(answerTime)) // a load sets its own
	l := newLink(conn)
	if err := l.enter(secret()); err != nil {
		conn.Close()
		return nil, err
	}
	return l, nil
}

// enter presents a secret, if there is one, on a link that is new. The echo takes any.
func (l *link) enter(secret string) error {
	if secret == "" {
		return nil
	}
	l.out = proto.AppendFrame(l.out, &proto.Request{Verb: proto.Request_ACCESS.Enum(), Value: []byte(secret)})
	if err := l.flush(); err != nil {
		return err
	}
	for {
		msg, err := l.next()
		if err != nil {
			return err
		}
		if msg == nil {
			if err := l.read(); err != nil {
				return err
			}
			continue
		}
		var a proto.Answer
		if err := a.Decode(msg); err != nil {
			return err
		}
		if a.Failed {
			return fmt.Errorf("access: %s: %s", a.ErrCode, a.Detail)
		}
		return nil
	}
}
