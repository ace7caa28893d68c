package client

import (
	"context"
	"errors"

	"github.com/ha/doozer/proto"
)

// Access presents a secret, which opens the store to this client if it
// is protected by that one. It is presented again to each node that the
// client connects to later. It takes the place of the one before, if any; one
// that is refused, with ErrPermission, changes nothing.
func (c *Client) Access(ctx context.Context, secret string) error {
	cn := c.link.cur.Load()
	for {
		err := cn.present(ctx, secret)
		switch {
		case err == nil && c.link.remember(cn, secret):
			return nil
		case err != nil && !errors.Is(err, ErrLost):
			return explain(proto.Request_ACCESS, "", err)
		}
		next, err := c.link.after(ctx, cn)
		if errors.Is(err, ErrPermission) && c.link.retry(secret) {
			next, err = c.link.after(ctx, cn)
		}
		if err != nil {
			return explain(proto.Request_ACCESS, "", err)
		}
		cn = next
	}
}

// retry has a link to which nodes denied access go on with another secret. It
// reports whether it did: by now there may be a connection, or the client be closed.
func (l *link) retry(secret string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !errors.Is(l.err, ErrPermission) {
		return false
	}
	l.dialer.setSecret(secret)
	l.err = nil
	return true
}

// remember has a secret presented to all nodes to come. It reports whether cn,
// which knows it, is still the connection there is.
func (l *link) remember(cn *conn, secret string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dialer.setSecret(secret)
	return l.cur.Load() == cn
}

// adopt makes cn the connection, once its node knows the secret: Access may have
// brought another one since cn was dialed. It reports whether it did: a closed
// link stays closed.
func (l *link) adopt(cn *conn) bool {
	for {
		missing, ok := l.setOpen(cn)
		if missing == "" {
			return ok
		}
		ctx, cancel := context.WithTimeout(l.ctx, answerTimeout)
		if err := cn.present(ctx, missing); err != nil {
			cn.end(lost(explain(proto.Request_ACCESS, "", err)))
		}
		cancel()
	}
}

// setOpen is set for a connection whose node knows the secret, or that has
// ended. Otherwise it returns the secret and does nothing.
func (l *link) setOpen(cn *conn) (missing string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if missing := l.dialer.getSecret(); !cn.knows(missing) && cn.reason() == nil {
		return missing, false
	}
	return "", l.setLocked(cn, nil)
}

func (d *dialer) setSecret(secret string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.secret = secret
}

func (d *dialer) getSecret() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.secret
}

// present has the node let this connection in.
func (c *conn) present(ctx context.Context, secret string) error {
	if r := c.do(ctx, accessCall(secret)); r.err != nil {
		return r.err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.secret = secret
	return nil
}

// knows reports whether the node needs not be told the secret.
func (c *conn) knows(secret string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return secret == "" || secret == c.secret
}
