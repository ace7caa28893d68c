package client

import (
	"context"

	"github.com/ha/doozer/proto"
)

// Checkin makes a session, if rev is Missing, or prolongs one, if rev is Clobber or the revision of
// the session's file, /ctl/sess/<session>. A session that is not prolonged for a lease ends: 6 s,
// unless the file /ctl/lease says otherwise. A session is prolonged at once, but the
// answer comes when half the lease has passed since, so that whoever checks in again on
// each answer needs no timer.
//
// ErrRevMismatch: there is such a session already, or the files of an earlier one are not
// all deleted yet; or there is no such session any more.
func (c *Client) Checkin(ctx context.Context, session string, rev int64) error {
	cl := c.call(proto.Request_CHECKIN)
	cl.setPath(session)
	cl.setRev(rev)
	if cl.writes() {
		_, err := c.write(ctx, cl)
		return err
	}
	_, err := c.do(ctx, cl)
	return err
}

// SetEphemeral is Set, of a file that is deleted when the session ends, by whatever cause. A Set keeps
// it so. ErrNoEnt: there is no such session (any more).
func (c *Client) SetEphemeral(ctx context.Context, path string, rev int64, value []byte, session string) (newRev int64, err error) {
	cl := c.call(proto.Request_ESET)
	cl.setPath(path)
	cl.setRev(rev)
	cl.msg.Value = value
	cl.msg.Session = &session
	r, err := c.write(ctx, cl)
	return r.rev, err
}
