package client

import (
	"context"
	"fmt"
)

const nameFile = "/ctl/name" // where a cluster keeps its name

// check asks a node for the name of its cluster, and refuses one of another
// cluster: an address may have passed on to such a node since it was written
// down. A name that may not be read, or is not there, says nothing.
func (d *dialer) check(ctx context.Context, a *attempt) error {
	cn := a.conn
	r := cn.look(ctx, nameFile)
	switch {
	case r.err == nil:
		a.cluster = string(r.value)
	case !isAnswer(r.err):
		return orCause(ctx, fmt.Errorf("%s: %w", cn.addr, r.err))
	}
	d.mu.Lock()
	ours := d.cluster
	d.mu.Unlock()
	if ours == "" || a.cluster == "" || ours == a.cluster {
		return nil
	}
	d.log.Warn("a node of another cluster", "addr", cn.addr, "node", cn.id, "cluster", a.cluster, "not", ours)
	return fmt.Errorf("%s: a node of cluster %q, not %q", cn.addr, a.cluster, ours)
}

// belong has the dialer stay with the cluster of that name. The first one
// stands.
func (d *dialer) belong(cluster string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cluster == "" {
		d.cluster = cluster
	}
}
