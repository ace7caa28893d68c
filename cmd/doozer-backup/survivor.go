package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/ha/doozer/client"
)

// survivor is a node that is asked for what it has itself.
type survivor struct {
	*client.Client
	addr string
	id   string // its cluster's
	rev  int64
}

// dialSurvivor dials, of the nodes at some addresses that answer, the one with the highest revision. They have to be of one cluster.
func dialSurvivor(ctx context.Context, e *env, uri *client.URI) (*client.Client, error) {
	found, failures := survivors(ctx, uri)
	if len(found) == 0 {
		return nil, failures
	}
	err := sameCluster(found)
	best := found[0]
	for _, s := range found[1:] {
		if s.rev > best.rev {
			best, s = s, best
		}
		s.Close()
	}
	if err != nil {
		best.Close()
		return nil, err
	}
	for _, err := range failures {
		e.warn("passed over: %v", err)
	}
	return best.Client, nil
}

// survivors are the nodes that answer, and why the others do not.
func survivors(ctx context.Context, uri *client.URI) (found []*survivor, failures unreached) {
	for _, addr := range uri.Addrs {
		s, err := dialNode(ctx, addr, cmp.Or(uri.Secret, secret()))
		if err != nil {
			failures = append(failures, err)
		} else {
			found = append(found, s)
		}
	}
	return found, failures
}

// sameCluster refuses nodes of different clusters: which of them has the higher revision says nothing then.
func sameCluster(found []*survivor) error {
	differ := false
	var each []string
	for _, s := range found {
		differ = differ || s.id != found[0].id
		each = append(each, fmt.Sprintf("%s of %q", s.addr, s.id))
	}
	if !differ {
		return nil
	}
	return usageError("these nodes are of different clusters: " + strings.Join(each, ", ") + ": give addresses of one")
}

// unreached is why no node could be reached at any of several addresses.
type unreached []error

func (u unreached) Error() string {
	prefix := client.ErrUnreachable.Error() + ": "
	var each []string
	for _, err := range u {
		each = append(each, strings.TrimPrefix(err.Error(), prefix))
	}
	return prefix + strings.Join(each, "; ")
}

func (u unreached) Unwrap() []error { return u }

// dialNode dials one node and asks for what it has.
func dialNode(ctx context.Context, addr, secret string) (s *survivor, err error) {
	ctx, cancel := context.WithTimeout(ctx, giveUp)
	defer cancel()
	c, err := client.Config{Pinned: true, Keepalive: client.DefaultKeepalive, Secret: secret}.Dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	if s, err = look(ctx, c, addr); err != nil {
		c.Close()
	}
	return s, err
}

func look(ctx context.Context, c *client.Client, addr string) (*survivor, error) {
	rev, err := c.Rev(ctx, client.Local())
	if err != nil {
		return nil, err
	}
	id, _, err := c.Get(ctx, idFile, client.Local())
	return &survivor{c, addr, string(id), rev}, err
}
