package peer

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

// maxAstrayPause is the longest time between two attempts to attach anew.
const maxAstrayPause = 30 * time.Second

// keepAttached has this node attach anew when all whom it knows are gone: it may
// have slept while they were replaced one by one. Then nobody whom it believes can tell
// it who came after them; but somebody may, at an address that it was given, or
// where one of them was.
func (n *node) keepAttached(ctx context.Context, st *store.Store) {
	after := silence(n.cfg)
	every := after / 8
	a := astray{self: n.me.id, after: int64(after), every: int64(every)}
	n.lookEvery(ctx, every, func(info *consensus.Info) {
		before := a.lost
		try := a.look(info)
		switch {
		case a.lost && !before:
			n.cfg.Log.Warn("no majority of the members is heard: nothing can be written", "for", after, "members", len(info.Members))
		case before && !a.lost:
			n.cfg.Log.Info("a majority of the members is heard again")
		}
		if try {
			n.attachAnew(ctx, st)
		}
	})
}

// astray judges whether a node lost its cluster: while it hears a majority of the
// members that it knows, those agree with it on whatever comes next. If it does not,
// others may have gone on without it.
type astray struct {
	self  consensus.ID
	after int64 // so long without a majority, in nanoseconds, like all times here
	every int64 // the time between two looks

	looked int64
	lost   bool  // it tried since it last heard a majority
	next   int64 // the next attempt
	pause  int64 // between it and the one that follows
}

// look reports whether to try now: first after a while, and then less and less often.
func (a *astray) look(info *consensus.Info) bool {
	asleep := info.Now-a.looked > 4*a.every
	a.looked = info.Now
	switch {
	case asleep:
		a.next, a.pause = info.Now+a.after, a.after
		return false
	case a.hears(info):
		a.lost, a.next, a.pause = false, info.Now, a.after
		return false
	case info.Now < a.next:
		return false
	}
	a.lost = true
	a.next, a.pause = info.Now+a.pause, min(2*a.pause, max(a.after, int64(maxAstrayPause)))
	return true
}

// hears reports whether a majority of the members, this node counted if it is one, was heard lately.
func (a *astray) hears(info *consensus.Info) bool {
	heard := 0
	for _, m := range info.Members {
		if m.ID == a.self || info.Now-m.Heard <= a.after {
			heard++
		}
	}
	return heard >= info.Quorum
}

// attachAnew takes a snapshot from the first address where a node of this cluster
// is ahead. This node keeps its id: it forgets nothing that it promised.
func (n *node) attachAnew(ctx context.Context, st *store.Store) {
	known := make(chan []string, 1)
	if !n.in.call(func(l *loop) { known <- l.acquaintances() }) {
		return
	}
	var addrs []string
	select {
	case addrs = <-known:
	case <-ctx.Done():
		return
	}
	for _, addr := range addrs {
		snap, err := n.fetchNewer(ctx, st, addr)
		switch {
		case err == nil:
			n.cfg.Log.Warn("attaching anew", "to", addr, "applied", st.View().Applied(), "rev", snap.state.Applied)
			n.in.call(func(l *loop) { l.take(snap) })
			return
		case errors.Is(err, errRefused), errors.Is(err, errOtherTree), errors.Is(err, errBadSnapshot):
			n.strange.warn("cannot attach anew", "to", addr, "err", err)
		default:
			n.cfg.Log.Debug("cannot attach anew", "to", addr, "err", err)
		}
	}
}

// fetchNewer gets a snapshot of what this node's tree has become.
func (n *node) fetchNewer(ctx context.Context, st *store.Store, addr string) (*snapshot, error) {
	snap, err := fetchSnapshot(ctx, addr, n.me, st.View().Applied())
	if err == nil {
		err = snap.continues(st.View())
	}
	if err == nil {
		err = snap.check(n.cfg, n.me)
	}
	return snap, err
}

// acquaintances are the addresses by which this node may attach anew: those that it was
// given, then those of all members and nodes that it knows: an address may have
// passed on to another node of the cluster. Whoever is linked, and no stranger,
// tells what it has anyway.
func (l *loop) acquaintances() []string {
	addrs := slices.Clone(l.cfg.Attach)
	for _, ms := range l.machine.Configs() {
		for _, id := range ms.Members {
			if r := l.remotes[id]; r != nil {
				addrs = append(addrs, r.addr)
			}
		}
	}
	v := l.st.View()
	if ids, err := v.Entries(nodeDir, 0); err == nil {
		for id := range ids {
			addrs = append(addrs, address(v, id))
		}
	}
	seen := map[string]bool{"": true, l.me.addr: true}
	for id, r := range l.remotes {
		if r.link != nil {
			seen[address(v, id)] = true
		}
	}
	return slices.DeleteFunc(addrs, func(addr string) bool {
		known := seen[addr]
		seen[addr] = true
		return known
	})
}
