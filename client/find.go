package client

import (
	"context"
	"net"
	"strings"
	"time"
)

const (
	addrGlob   = "/ctl/node/*/addr" // where each node writes where it is
	maxAddr    = 300                // bytes of an address: a host's name has 253 at most
	findPeriod = 30 * time.Second   // the longest time until it is tried again, if it failed
)

// findNodes keeps the list of nodes as the cluster has it, until ctx ends.
func (c *Client) findNodes(ctx context.Context) {
	for round := 1; ; round++ {
		begun := time.Now()
		err := c.followNodes(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(begun) > stableAfter {
			round = 1 // it went well for a while
		}
		c.link.cfg.Log.Debug("looking for the nodes again", "err", err)
		if !sleep(ctx, backoff(round, findPeriod)) {
			return
		}
	}
}

// followNodes reads the list and follows its changes. Any copy of the store
// will do, also one that lags.
func (c *Client) followNodes(ctx context.Context) error {
	rev, err := c.Rev(ctx, Local())
	if err != nil {
		return err
	}
	// The greeting of the first node may not have been let to read it.
	name, _, err := c.Get(ctx, nameFile, Local())
	if err != nil {
		return err
	}
	c.link.dialer.belong(string(name))
	if err := c.listNodes(ctx, rev); err != nil {
		return err
	}
	w, err := c.watch(ctx, &watchCursor{glob: addrGlob, from: rev + 1, home: true})
	if err != nil {
		return err
	}
	defer w.Close()
	for {
		ev, err := w.Next()
		if err != nil {
			return err
		}
		c.link.nodes.put(nodeID(ev.Path), nodeAddr(ev.Value))
	}
}

func (c *Client) listNodes(ctx context.Context, rev int64) error {
	if rev == 0 {
		return nil // nothing was ever written
	}
	found := make(map[string]string)
	for f, err := range c.Walk(ctx, addrGlob, At(rev), Local()) {
		if err != nil {
			return err
		}
		if addr := nodeAddr(f.Value); addr != "" && len(found) < maxNodes {
			found[nodeID(f.Path)] = addr
		}
	}
	c.link.nodes.replace(found)
	return nil
}

// nodeID takes the id out of /ctl/node/<id>/addr.
func nodeID(path string) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(path, "/ctl/node/"), "/")
	return id
}

// nodeAddr is the address in a node's file, or "" if it is none.
func nodeAddr(value []byte) string {
	if len(value) > maxAddr {
		return ""
	}
	if host, port, err := net.SplitHostPort(string(value)); err != nil || host == "" || port == "" {
		return ""
	}
	return string(value)
}
