package peer

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ha/doozer/server"
	"github.com/ha/doozer/store"
)

// registrar ends the sessions that were not prolonged, and deletes what ended sessions
// leave behind. Each member has one. The first of those that are well acts, the others
// stand by: what was begun is noted in the tree, and whoever comes next goes on with it.
type registrar struct {
	n        *node
	st       *store.Store
	watch    *store.Watch // of the files of sessions
	ends     *store.Watch // of what is noted of ended ones
	sessions *sessions
	clock    wakeClock
	lease    int64            // the cluster's, when the sessions were last looked at
	due      map[string]int64 // when an ended session, waiting to be cleared away, was first seen
}

// maxEnding bounds the writes that are proposed at a time, maxRounds how often in one look.
const (
	maxEnding = 256
	maxRounds = 64
)

// keepSessions looks after the sessions until ctx ends.
func (n *node) keepSessions(ctx context.Context, st *store.Store) {
	r := &registrar{n: n, st: st, due: make(map[string]int64)}
	if err := r.list(); err != nil {
		n.cfg.Log.Error("sessions are not looked after", "err", err) // a bad glob: it cannot be
		return
	}
	defer func() { r.watch.Close(); r.ends.Close() }()
	every := r.every()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.ends.Ready():
		case <-ticker.C:
		}
		if err := r.look(ctx); err != nil && ctx.Err() == nil {
			n.cfg.Log.Warn("sessions: trying again", "err", err)
		}
		if now := r.every(); now != every {
			every = now
			ticker.Reset(every)
		}
	}
}

// every is the time between two looks: a small part of the lease.
func (r *registrar) every() time.Duration {
	return min(max(server.Lease(r.st.View())/20, 10*time.Millisecond), 100*time.Millisecond)
}

// list begins to follow the sessions, with those that there are. A session that began
// in between is seen twice, which does no harm.
func (r *registrar) list() (err error) {
	if r.watch, err = r.follow(r.watch, store.SessDir); err != nil {
		return err
	}
	if r.ends, err = r.follow(r.ends, store.GoneDir); err != nil {
		return err
	}
	r.sessions = newSessions()
	v, now := r.st.View(), r.clock.now
	r.lease = int64(server.Lease(v))
	names, err := v.Entries(store.SessDir, 0)
	if err != nil {
		return nil // there are none
	}
	for name := range names {
		if _, rev := v.Get(store.SessDir + "/" + name); rev > 0 {
			r.sessions.saw(name, life{rev, now, r.lease})
		}
	}
	return nil
}

func (r *registrar) follow(old *store.Watch, dir string) (*store.Watch, error) {
	if old != nil {
		old.Close()
	}
	g, err := store.CompileGlob(dir + "/*")
	if err != nil {
		return nil, err
	}
	return r.st.Watch(g, 0)
}

// look does all that there is to do now.
func (r *registrar) look(ctx context.Context) error {
	if err := r.catchUp(); err != nil {
		return err
	}
	_, gone := r.st.View().Get(store.GoneDir)
	if len(r.sessions.lives) == 0 && gone != store.Dir {
		return nil
	}
	info, ok := r.n.info(ctx)
	if !ok {
		return nil
	}
	turn, ok := (&watchman{self: r.n.me.id}).turn(&info)
	if !ok {
		r.sessions.anew(r.clock.now)
		return nil
	}
	return errors.Join(r.expire(ctx, r.clock.now, turn*r.lease/4), r.clear(ctx, r.clock.now, turn*int64(time.Second)))
}

// catchUp takes in what became of the sessions. When it fell behind the history it
// begins anew, and so do all leases.
func (r *registrar) catchUp() error {
	was := r.lease
	r.lease = int64(server.Lease(r.st.View()))
	r.clock.look(monotonic(), r.lease/4)
	for _, w := range []*store.Watch{r.ends, r.watch} {
		for {
			events, err := w.Next(nil, maxEnding)
			if errors.Is(err, store.ErrTooLate) {
				return r.list()
			}
			if err != nil {
				return err
			}
			if len(events) == 0 {
				break
			}
			if w == r.watch {
				r.take(events, max(was, r.lease))
			}
		}
	}
	return nil
}

func (r *registrar) take(events []store.Event, lease int64) {
	now := r.clock.now
	for _, ev := range events {
		name := strings.TrimPrefix(ev.Path, store.SessDir+"/")
		if ev.Del {
			r.sessions.ended(name)
		} else {
			r.sessions.saw(name, life{ev.Seqn, now, lease})
		}
	}
}

// expire ends the sessions that were not prolonged for their lease, and that much longer. A session that was
// prolonged after all is not deleted, since its revision is another one then.
func (r *registrar) expire(ctx context.Context, now, grace int64) error {
	over := r.sessions.expired(now, r.lease, grace, maxEnding)
	var writes [][]byte
	for _, s := range over {
		m, err := store.EncodeDel(store.SessDir+"/"+s.name, s.rev)
		if err != nil {
			return err
		}
		writes = append(writes, m)
	}
	results, err := r.n.writeAll(ctx, writes)
	if err != nil {
		return err
	}
	for i, err := range results {
		if err == nil {
			r.n.cfg.Log.Info("a session expired", "session", over[i].name)
		} else if !errors.Is(err, store.ErrRevMismatch) {
			return err
		}
	}
	return nil
}

// clear deletes what ended sessions have left, once their end has been noted for that long.
func (r *registrar) clear(ctx context.Context, now, wait int64) error {
	for range maxRounds {
		v := r.st.View()
		ended := r.ended(v, now, wait)
		if len(ended) == 0 {
			return nil
		}
		writes, err := leavings(v, ended, maxEnding)
		if err != nil {
			return err
		}
		if len(writes) == 0 {
			return r.forget(ctx, ended)
		}
		if err := r.write(ctx, writes); err != nil {
			return err
		}
	}
	return nil
}

// write does what can be done of several writes: one that somebody else's write came before is
// looked at again.
func (r *registrar) write(ctx context.Context, writes [][]byte) error {
	results, err := r.n.writeAll(ctx, writes)
	if err != nil {
		return err
	}
	for _, err := range results {
		if errors.Is(err, server.ErrReadonly) || errors.Is(err, server.ErrOutcomeUnknown) {
			return err
		}
	}
	return nil
}

// ended is the sessions that ended, and the revisions of what notes that.
func (r *registrar) ended(v store.View, now, wait int64) map[string]int64 {
	names, err := v.Entries(store.GoneDir, 0)
	if err != nil {
		clear(r.due)
		return nil
	}
	due, ended := make(map[string]int64), make(map[string]int64)
	for name := range names {
		since, known := r.due[name]
		if !known {
			since = now
		}
		due[name] = since
		if _, rev := v.Get(store.GoneDir + "/" + name); rev > 0 && now-since >= wait {
			ended[name] = rev
		}
	}
	r.due = due
	return ended
}

// forget takes away what notes the ends of sessions that left nothing any more.
func (r *registrar) forget(ctx context.Context, ended map[string]int64) error {
	var writes [][]byte
	for name, rev := range ended {
		m, err := store.EncodeDel(store.GoneDir+"/"+name, rev)
		if err != nil {
			return err
		}
		writes = append(writes, m)
		if len(writes) == maxEnding {
			break // the others are seen at the next look
		}
	}
	return r.write(ctx, writes)
}
