package client

import (
	"context"
	"errors"

	"github.com/ha/doozer/proto"
)

// elsewhere has the link move away from a node that refused a call, to one that
// may not. It returns nil if there is none.
func (c *Client) elsewhere(ctx context.Context, from *conn, cl *call, why error) (*conn, error) {
	if !errors.Is(why, ErrTooLate) {
		return c.link.elsewhere(ctx, from, why)
	}
	if rev := cl.past(); rev > 0 {
		return c.link.older(ctx, from, rev)
	}
	return nil, nil
}

// past returns the revision that a read needs a node's history for, if another
// node may be asked for it where one has it no more; else 0.
func (q *request) past() int64 {
	switch {
	case q.verb == proto.Request_WAIT:
		return max(q.rev, 1)
	case q.writes() || q.msg.Rev == nil || q.msg.Local != nil:
		return 0
	}
	return max(q.rev, 0)
}

// older is elsewhere for a read at a revision that the node has forgotten. It
// returns nil, too, if enough nodes have.
func (l *link) older(ctx context.Context, from *conn, rev int64) (*conn, error) {
	l.nodes.forgot(from.id, rev)
	if l.nodes.allForgot(rev) {
		return nil, nil
	}
	l.mu.Lock()
	m := l.ask(from, &move{why: ErrTooLate, rev: rev})
	l.mu.Unlock()
	return l.moved(ctx, from, m, ErrTooLate)
}
