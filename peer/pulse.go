package peer

import (
	"context"
	"strconv"
	"time"

	"github.com/ha/doozer/store"
)

// keepPulse writes what this node has applied, every cfg.Pulse while it is
// registered: a write that all can watch, and the only one in a quiet cluster.
func (n *node) keepPulse(ctx context.Context, st *store.Store) {
	ticker := time.NewTicker(n.cfg.Pulse)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		v := st.View()
		if address(v, n.me.id) == "" {
			continue
		}
		applied := strconv.AppendInt(nil, v.Applied(), 10)
		if err := n.set(ctx, nodePath(n.me.id, "applied"), applied, store.Clobber); err != nil && ctx.Err() == nil {
			n.cfg.Log.Debug("no pulse", "err", err)
		}
	}
}
