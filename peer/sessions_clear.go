package peer

import (
	"context"
	"errors"
	"time"

	"github.com/ha/doozer/server"
	"github.com/ha/doozer/store"
)

// maxLeft bounds what is remembered of one walk through what sessions left.
const maxLeft = 1 << 14

// clearer deletes what ended sessions leave behind. Each member has one; the first one that is well acts. What is
// begun is noted in the tree, so that whoever comes next goes on with it.
type clearer struct {
	n   *node
	st  *store.Store
	due map[string]int64 // when the end of a session was first seen, or this node last seen not to be needed
}

// keepCleared clears away after sessions until ctx ends.
func (n *node) keepCleared(ctx context.Context, st *store.Store) {
	g, err := store.CompileGlob(store.GoneDir + "/*")
	if err != nil {
		n.cfg.Log.Error("nothing is cleared away after sessions", "err", err) // a bad glob: it cannot be
		return
	}
	c := &clearer{n: n, st: st}
	ticker := time.NewTicker(sessionsEvery(st))
	defer ticker.Stop()
	for ctx.Err() == nil {
		w, err := st.Watch(g, 0)
		if err != nil {
			n.cfg.Log.Error("nothing is cleared away after sessions", "err", err) // one from now on is never too late
			return
		}
		c.follow(ctx, w, ticker.C)
		w.Close()
	}
}

// follow looks whenever a session has ended, and now and then, until the watch, which only wakes it, ends.
func (c *clearer) follow(ctx context.Context, w *store.Watch, tick <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.Ready():
			if _, err := w.Next(nil, maxEnding); err != nil {
				return
			}
		case <-tick:
		}
		if err := c.look(ctx); err != nil && ctx.Err() == nil {
			c.n.cfg.Log.Warn("clearing away after sessions: trying again", "err", err)
		}
	}
}

// look does all that there is to do now.
func (c *clearer) look(ctx context.Context) error {
	for more := true; more && ctx.Err() == nil; {
		v := c.st.View()
		if _, rev := v.Get(store.GoneDir); rev != store.Dir {
			return nil
		}
		turn, ok := c.n.turn(ctx)
		if !ok {
			return nil
		}
		var err error
		if more, err = c.clear(ctx, v, turn); err != nil {
			return err
		}
	}
	return nil
}

// clear deletes what ended sessions have left in v, if it is this node's turn: once what there is to do has been left
// undone for a second for each member that comes before. It reports whether there may be more.
func (c *clearer) clear(ctx context.Context, v store.View, turn int64) (more bool, err error) {
	ended := c.ended(v, monotonic(), turn*int64(time.Second))
	if len(ended) == 0 {
		return false, nil
	}
	left, all, err := leavings(v, ended, maxLeft)
	if err != nil {
		return false, err
	}
	lot := maxEnding
	if turn > 0 {
		lot = 1 // a try: if somebody is at it this fails
	}
	for len(left) > 0 {
		n := min(lot, len(left))
		undone, err := c.write(ctx, left[:n])
		if err != nil {
			return false, err
		}
		if undone && turn > 0 {
			c.due = nil
			return false, nil
		}
		all = all && !undone
		left, lot = left[n:], maxEnding
	}
	if !all {
		return true, nil
	}
	return c.forget(ctx, ended)
}

// write does what can be done of several writes, and reports whether somebody else's write came before one.
func (c *clearer) write(ctx context.Context, writes [][]byte) (undone bool, err error) {
	results, err := c.n.writeAll(ctx, writes)
	if err != nil {
		return false, err
	}
	for _, err := range results {
		if errors.Is(err, server.ErrReadonly) || errors.Is(err, server.ErrOutcomeUnknown) {
			return false, err
		}
		undone = undone || err != nil
	}
	return undone, nil
}

// ended is the sessions that ended so long ago, and the revisions of the notes of that.
func (c *clearer) ended(v store.View, now, wait int64) map[string]int64 {
	names, err := v.Entries(store.GoneDir, 0)
	if err != nil {
		c.due = nil
		return nil
	}
	due, ended := make(map[string]int64), make(map[string]int64)
	for name := range names {
		since, known := c.due[name]
		if !known {
			since = now
		}
		due[name] = since
		if _, rev := v.Get(store.GoneDir + "/" + name); rev > 0 && now-since >= wait {
			ended[name] = rev
		}
	}
	c.due = due
	return ended
}

// forget takes away the notes of sessions that left nothing any more.
func (c *clearer) forget(ctx context.Context, ended map[string]int64) (more bool, err error) {
	var writes [][]byte
	for name, rev := range ended {
		if more = len(writes) == maxEnding; more {
			break
		}
		m, err := store.EncodeDel(store.GoneDir+"/"+name, rev)
		if err != nil {
			return false, err
		}
		writes = append(writes, m)
	}
	_, err = c.write(ctx, writes)
	return more, err
}
