package peer

import (
	"context"
	"errors"
	"time"

	"github.com/ha/doozer/store"
)

// The times after which to look again, with no change in the tree: after an
// error, and while a change of membership is not yet in force.
const (
	retryAfter = 500 * time.Millisecond
	soon       = 50 * time.Millisecond
)

// keepMembership keeps this node registered, takes an empty slot when it has
// none, and tells whether it takes writes itself. It looks whenever something
// under /ctl changed, for ever: a spare node waits in it, and a member that was
// removed while it slept comes back by it.
func (n *node) keepMembership(ctx context.Context, st *store.Store) {
	for {
		again, err := n.tend(ctx, st)
		if err != nil && ctx.Err() == nil {
			n.cfg.Log.Warn("membership: trying again", "err", err)
			again = retryAfter
		}
		var timer <-chan time.Time // never
		if again > 0 {
			timer = time.After(again)
		}
		select {
		case <-ctx.Done():
			return
		case <-n.changed:
		case <-timer:
		}
	}
}

// tend does what there is to do, and returns when to look again at the
// latest; 0: at the next change.
func (n *node) tend(ctx context.Context, st *store.Store) (time.Duration, error) {
	if err := n.register(ctx, st.View()); err != nil {
		return 0, err
	}
	has, err := n.takeSlot(ctx, st)
	if err != nil {
		return 0, err
	}
	return n.tellWritable(ctx, st.View(), has)
}

// register writes what others need to know of this node.
func (n *node) register(ctx context.Context, v store.View) error {
	if address(v, n.me.id) == n.me.addr {
		return nil
	}
	for _, f := range nodeFiles(n.cfg, n.me) {
		if err := n.set(ctx, f.Path, f.Value, store.Clobber); err != nil {
			return err
		}
	}
	n.cfg.Log.Info("registered", "node", n.me.id, "addr", n.me.addr)
	return nil
}

// takeSlot takes an empty slot, if this node has none, once it has caught up:
// another one when somebody else was faster. It reports whether it has one.
func (n *node) takeSlot(ctx context.Context, st *store.Store) (bool, error) {
	for {
		if has, free, _ := slots(st.View(), n.me.id); has || free == "" {
			return has, nil
		}
		if err := n.catchUp(ctx); err != nil {
			return false, err
		}
		has, free, rev := slots(st.View(), n.me.id)
		if has || free == "" {
			return has, nil
		}
		err := n.set(ctx, free, []byte(n.me.id), rev)
		switch {
		case err == nil:
			n.cfg.Log.Info("took a slot", "slot", free)
			return true, nil
		case !errors.Is(err, store.ErrRevMismatch):
			return false, err
		}
	}
}

// slots looks whether a node has a slot, and for the first empty one: its
// path, or "", and its revision.
func slots(v store.View, id string) (has bool, free string, rev int64) {
	names, err := v.Entries(calDir, 0)
	if err != nil {
		return false, "", 0
	}
	for name := range names {
		body, at := v.Get(calPath(name))
		switch {
		case at < 1: // a directory
		case string(body) == id:
			return true, "", 0
		case len(body) == 0 && free == "":
			free, rev = calPath(name), at
		}
	}
	return false, free, rev
}

// tellWritable writes whether this node takes writes itself, which it does as
// soon as its slot is in force.
func (n *node) tellWritable(ctx context.Context, v store.View, has bool) (time.Duration, error) {
	info, ok := n.info(ctx)
	if !ok {
		return 0, ctx.Err()
	}
	path := nodePath(n.me.id, "writable")
	said, _ := v.Get(path)
	var err error
	switch told := string(said) == "true"; {
	case info.Writable && !told:
		err = n.set(ctx, path, []byte("true"), store.Clobber)
	case !info.Writable && told:
		err = n.del(ctx, path, store.Clobber)
	}
	if has != info.Writable {
		return soon, err
	}
	return 0, err
}
