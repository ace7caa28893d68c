package peer

import (
	"context"
	"time"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

// keepLiveness removes members that were cut off for cfg.Timeout, so that a
// spare can take their slot; and what is registered of spares that are gone.
func (n *node) keepLiveness(ctx context.Context, st *store.Store) {
	every := min(max(n.cfg.Timeout/20, 20*time.Millisecond), time.Second)
	w := watchman{self: n.me.id, timeout: int64(n.cfg.Timeout), every: int64(every)}
	a := absentees{every: int64(every)}
	n.lookEvery(ctx, every, func(info *consensus.Info) {
		for _, id := range w.look(info) {
			if err := n.shun(ctx, st.View(), id); err != nil && ctx.Err() == nil {
				n.cfg.Log.Warn("cannot remove a silent member", "node", id, "err", err)
			}
		}
		turn, ok := w.turn(info)
		if !ok {
			return
		}
		v := st.View()
		for _, id := range a.look(info.Now, w.wait(turn), n.unlinked(ctx, spares(v, info))) {
			if err := n.forget(ctx, v, id); err != nil && ctx.Err() == nil {
				n.cfg.Log.Warn("cannot forget a node that is gone", "node", id, "err", err)
			}
		}
	})
}

// lookEvery hands f what consensus knows of the cluster, again and again until ctx ends.
func (n *node) lookEvery(ctx context.Context, every time.Duration, f func(*consensus.Info)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		info, ok := n.info(ctx)
		if !ok {
			return
		}
		f(&info)
	}
}

// watchman judges who was cut off for too long. A member is cut off while it
// has two-way links with fewer than a majority, itself counted: a single cut
// link must not have two healthy members remove each other.
type watchman struct {
	self    consensus.ID
	timeout int64 // nanoseconds, like all times here
	every   int64 // the time between two looks

	looked int64
	since  map[consensus.ID]int64 // when it was first seen cut off
}

// look returns the members that this node is to remove now. The lowest of
// those that are well comes first, the others wait in turn, in case it cannot.
func (w *watchman) look(info *consensus.Info) (gone []consensus.ID) {
	asleep := info.Now-w.looked > 4*w.every
	w.looked = info.Now
	turn, ok := w.turn(info)
	if !ok || asleep || w.since == nil {
		w.since = make(map[consensus.ID]int64) // who was away itself begins anew
	}
	cut := make(map[consensus.ID]int64)
	for _, m := range info.Members {
		if !ok || m.ID == w.self || m.Links >= info.Quorum {
			continue
		}
		since, known := w.since[m.ID]
		if !known {
			since = info.Now
		}
		if info.Now-since >= w.wait(turn) {
			gone = append(gone, m.ID)
			since = info.Now // if it stays a member, try again after that time
		}
		cut[m.ID] = since
	}
	w.since = cut
	return gone
}

// wait is for how long something has to be so until this node acts on it, when it is the
// turn of so many others first.
func (w *watchman) wait(turn int64) int64 { return w.timeout + turn*w.timeout/4 }

// turn is the number of members that are well and come before this node; not
// ok if it is not one of the well itself.
func (w *watchman) turn(info *consensus.Info) (turn int64, ok bool) {
	for _, m := range info.Members {
		switch {
		case m.Links < info.Quorum:
		case m.ID == w.self:
			ok = true
		case m.ID < w.self:
			turn++
		}
	}
	return turn, ok
}

// shun empties the slots of a member, if they are still its, and deletes what
// is registered of it.
func (n *node) shun(ctx context.Context, v store.View, id consensus.ID) error {
	names, err := v.Entries(calDir, 0)
	if err != nil {
		return err
	}
	for name := range names {
		if body, rev := v.Get(calPath(name)); string(body) == id {
			if err := n.set(ctx, calPath(name), nil, rev); err != nil {
				return err
			}
			n.cfg.Log.Warn("removed a silent member", "node", id, "slot", calPath(name), "addr", address(v, id))
		}
	}
	entries, err := v.Entries(nodeDir+"/"+id, 0)
	if err != nil {
		return nil // nothing is registered any more
	}
	for name := range entries {
		if err := n.del(ctx, nodePath(id, name), store.Clobber); err != nil {
			return err
		}
	}
	return nil
}
