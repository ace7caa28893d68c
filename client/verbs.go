package client

import (
	"context"

	"github.com/ha/doozer/proto"
)

// Get returns a file's value and revision. Of a file that is not there the
// revision is Missing and the value empty; a directory is ErrIsDir.
func (c *Client) Get(ctx context.Context, path string, opts ...ReadOption) (value []byte, rev int64, err error) {
	cl := c.call(proto.Request_GET)
	cl.setPath(path)
	cl.setRead(opts)
	r, err := c.do(ctx, cl)
	return r.value, r.rev, err
}

// Stat returns a file's length in bytes and its revision, or a directory's
// number of entries and Dir. Of what is not there it returns 0 and Missing.
func (c *Client) Stat(ctx context.Context, path string, opts ...ReadOption) (length int, rev int64, err error) {
	cl := c.call(proto.Request_STAT)
	cl.setPath(path)
	cl.setRead(opts)
	r, err := c.do(ctx, cl)
	return int(r.len), r.rev, err
}

// Set writes a file, and the directories above it, if the file's revision is
// at most rev: Missing, to create a file only; Clobber, whatever is there. It
// returns the new revision. A newer file is ErrRevMismatch.
func (c *Client) Set(ctx context.Context, path string, rev int64, value []byte) (newRev int64, err error) {
	cl := c.call(proto.Request_SET)
	cl.setPath(path)
	cl.setRev(rev)
	cl.msg.Value = value
	r, err := c.write(ctx, cl)
	return r.rev, err
}

// Del deletes a file on the same condition as Set writes one. To delete what
// is not there succeeds.
func (c *Client) Del(ctx context.Context, path string, rev int64) error {
	cl := c.call(proto.Request_DEL)
	cl.setPath(path)
	cl.setRev(rev)
	_, err := c.write(ctx, cl)
	return err
}

// Rev returns the revision of the last change.
func (c *Client) Rev(ctx context.Context, opts ...ReadOption) (rev int64, err error) {
	cl := c.call(proto.Request_REV)
	cl.setRead(opts)
	r, err := c.do(ctx, cl)
	return r.rev, err
}

// Nop has the cluster agree on a change that changes nothing: it succeeds if
// writes do.
func (c *Client) Nop(ctx context.Context) error {
	_, err := c.do(ctx, c.call(proto.Request_NOP))
	return err
}

// Self returns the id of the node that the client is connected to.
func (c *Client) Self(ctx context.Context) (id string, err error) {
	r, err := c.do(ctx, c.call(proto.Request_SELF))
	return string(r.value), err
}

// Wait returns the first change to a file that matches glob, at revision rev
// or later. What happened already counts, as far as the node keeps history, or
// another one does (else ErrTooLate); a rev below 1 counts as 1.
func (c *Client) Wait(ctx context.Context, glob string, rev int64) (Event, error) {
	cl := c.call(proto.Request_WAIT)
	cl.setPath(glob)
	cl.setRev(rev)
	r, err := c.do(ctx, cl)
	if err != nil {
		return Event{}, err
	}
	return newEvent(&r), nil
}
