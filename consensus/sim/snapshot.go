package sim

import (
	"slices"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

// snapshot is what one node gives another that lacks history: what it had
// applied when it was asked.
type snapshot struct {
	state consensus.State
	rev   int64
	files []store.File
}

// everything matches all files.
func everything() store.Glob {
	g, err := store.CompileGlob("/**")
	if err != nil {
		panic(err)
	}
	return g
}

// files copies the files of a view.
func (c *Cluster) files(v store.View) []store.File {
	var out []store.File
	v.Walk(c.all, func(path string, value []byte, rev int64) bool {
		out = append(out, store.File{Path: path, Value: value, Rev: rev})
		return true
	})
	return out
}

// restore gives n the tree of a snapshot, in place of the one that it has.
func (c *Cluster) restore(n *node, snap *snapshot) {
	var err error
	if n.store.Store == nil {
		n.store.Store, err = store.Restore(store.Config{History: c.p.Changes}, snap.state.Applied, snap.rev, slices.Values(snap.files))
	} else {
		err = n.store.Reset(snap.state.Applied, snap.rev, slices.Values(snap.files))
	}
	if err != nil {
		c.fail("%s: restores %d: %v", n.id, snap.state.Applied, err)
		return
	}
	n.applied = snap.state.Applied
	v := n.store.View()
	n.store.addrs, n.store.voters = c.registered(v.Get), c.voters(v.Get)
	c.check.restored(n)
}

// fetch gets a snapshot from the node of that id, if it lives.
func (c *Cluster) fetch(n *node, from consensus.ID) {
	i, ok := c.index(from)
	if !ok {
		c.fail("%s: asks for a snapshot of %q", n.id, from)
		return
	}
	n.loading = true
	c.tracef("%s fetches a snapshot of %s", n.id, from)
	c.transfer(i, n.index, func(s *snapshot) {
		n.loading = false
		if s != nil {
			c.input(n, input{kind: inSnapshot, snap: s})
		}
	})
}

// transfer copies node from's state to node to; it gives nil when that failed.
// The state is that of the moment when it was asked for; its files are read
// later, while the node goes on to write.
func (c *Cluster) transfer(from, to int, done func(*snapshot)) {
	src := c.nodes[from]
	lost := func() bool {
		return src.dead || c.net.paths[from][to].cut > 0 || c.net.paths[to][from].cut > 0
	}
	c.after(span(c.rand, c.p.DelayLo, 3*c.p.DelayHi), func() {
		if lost() || src.asleep > 0 || src.m == nil {
			c.after(20*ms, func() { done(nil) })
			return
		}
		view := src.store.View()
		snap := &snapshot{state: consensus.State{Applied: view.Applied(), Configs: src.m.Configs()}, rev: view.Rev()}
		c.after(span(c.rand, c.p.DelayLo, c.p.Transfer), func() {
			if lost() {
				done(nil)
				return
			}
			snap.files = c.files(view)
			c.check.tree(src, view)
			done(snap)
		})
	})
}

// install replaces a running node's state by a snapshot, unless it got there
// without.
func (c *Cluster) install(n *node, now int64, snap *snapshot) {
	if snap.state.Applied <= n.applied {
		return
	}
	c.tally.Snapshots++
	c.tracef("%s restores a snapshot at %d", n.id, snap.state.Applied)
	c.restore(n, snap)
	if err := n.m.Restore(now, snap.state); err != nil {
		c.fail("%s: %v", n.id, err)
	}
	c.vouch(n)
}
