package client

import (
	"context"
	"fmt"

	"github.com/ha/doozer/proto"
)

// admit is Config.Admit.
type admit func(ctx context.Context, read func(path string) (value []byte, rev int64, err error)) error

// notAdmitted is the refusal of a node by Config.Admit.
type notAdmitted struct{ error }

func (e notAdmitted) Unwrap() error { return e.error }

// ask asks Config.Admit about a node.
func (d *dialer) ask(ctx context.Context, cn *conn) error {
	if d.admit == nil {
		return nil
	}
	err := d.admit(ctx, func(path string) (value []byte, rev int64, err error) {
		r := cn.look(ctx, path)
		if r.err != nil {
			return nil, 0, explain(proto.Request_GET, path, r.err)
		}
		return r.value, r.rev, nil
	})
	if err == nil {
		return nil
	}
	if ctx.Err() == nil {
		d.log.Warn("a node is not admitted", "addr", cn.addr, "node", cn.id, "why", err)
	}
	return notAdmitted{fmt.Errorf("%s: %w", cn.addr, err)}
}

// look asks for a file as the node has it.
func (c *conn) look(ctx context.Context, path string) reply {
	cl := newCall(proto.Request_GET)
	cl.setPath(path)
	cl.setRead([]ReadOption{Local()})
	return c.do(ctx, cl)
}
