package peer

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/server"
	"github.com/ha/doozer/store"
)

// maxEnding bounds the writes for sessions that are proposed at a time.
const maxEnding = 256

// registrar ends the sessions that were not prolonged. Each member has one; of those that are well the first
// one acts, and the others stand by.
type registrar struct {
	n        *node
	st       *store.Store
	watch    *store.Watch // of the files of sessions
	sessions *sessions
	clock    wakeClock
	lease    int64 // the cluster's, when the sessions were last looked at
	leaseRev int64 // the revision of the file that says so
}

// keepSessions ends silent sessions until ctx ends.
func (n *node) keepSessions(ctx context.Context, st *store.Store) {
	r := &registrar{n: n, st: st, sessions: newSessions()}
	if err := r.list(); err != nil {
		n.cfg.Log.Error("sessions are not looked after", "err", err) // a bad glob: it cannot be
		return
	}
	defer func() { r.watch.Close() }()
	every := sessionsEvery(st)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := r.look(ctx); err != nil && ctx.Err() == nil {
			n.cfg.Log.Warn("sessions: trying again", "err", err)
		}
		if now := sessionsEvery(st); now != every {
			every = now
			ticker.Reset(every)
		}
	}
}

// sessionsEvery is the time between two looks at sessions: a small part of the lease.
func sessionsEvery(st *store.Store) time.Duration {
	return min(max(server.Lease(st.View())/20, 10*time.Millisecond), 100*time.Millisecond)
}

// list begins to follow the sessions, with those that there are. A session that began
// in between is seen twice, which does no harm. What was known of them before is kept, where
// they have not been prolonged since.
func (r *registrar) list() error {
	g, err := store.CompileGlob(store.SessDir + "/*")
	if err != nil {
		return err
	}
	if r.watch != nil {
		r.watch.Close()
	}
	if r.watch, err = r.st.Watch(g, 0); err != nil {
		return err
	}
	v := r.st.View()
	r.lease = int64(server.Lease(v))
	var found []sighting
	names, err := v.Entries(store.SessDir, 0)
	if err != nil {
		names = func(func(string) bool) {} // there are none
	}
	for name := range names {
		if _, rev := v.Get(store.SessDir + "/" + name); rev > 0 {
			found = append(found, sighting{name, life{rev, r.clock.now, r.leaseAt(rev)}})
		}
	}
	r.sessions.replace(found)
	return nil
}

// look does all that there is to do now, lot by lot; between two it takes in who was prolonged meanwhile.
func (r *registrar) look(ctx context.Context) error {
	for more := true; more; {
		if err := r.catchUp(); err != nil {
			return err
		}
		if len(r.sessions.lives) == 0 {
			return nil
		}
		turn, ok := r.n.turn(ctx)
		if !ok {
			r.sessions.anew(r.clock.now)
			return nil
		}
		var err error
		if more, err = r.expire(ctx, turn*r.lease/4); err != nil {
			return err
		}
	}
	return nil
}

// turn is how many of the members that are well come before this node; not ok if it is not
// one of them.
func (n *node) turn(ctx context.Context) (turn int64, ok bool) {
	info, ok := n.info(ctx)
	if !ok {
		return 0, false
	}
	w := watchman{self: n.me.id}
	return w.turn(&info)
}

// catchUp takes in what became of the sessions.
func (r *registrar) catchUp() error {
	r.readLease()
	r.clock.look(monotonic(), r.lease/4)
	for {
		events, err := r.watch.Next(nil, maxEnding)
		if errors.Is(err, store.ErrTooLate) {
			return r.list()
		}
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return nil
		}
		r.take(events)
	}
}

func (r *registrar) take(events []store.Event) {
	for _, ev := range events {
		name := strings.TrimPrefix(ev.Path, store.SessDir+"/")
		if ev.Del {
			r.sessions.ended(name)
		} else {
			r.sessions.saw(name, life{ev.Seqn, r.clock.now, r.leaseAt(ev.Seqn)})
		}
	}
}

// readLease takes in the present lease, and complains of a text that is none.
func (r *registrar) readLease() {
	text, rev := r.st.View().Get(proto.LeasePath)
	r.lease = int64(proto.Lease(text))
	if rev == r.leaseRev {
		return
	}
	r.leaseRev = rev
	if _, err := proto.ParseLease(text); err != nil && rev > 0 {
		r.n.cfg.Log.Warn("the lease of sessions is as if there were no "+proto.LeasePath, "lease", proto.DefaultLease, "err", err)
	}
}

// leaseAt is the lease that was in force at a revision; the present one if that is no longer known.
func (r *registrar) leaseAt(rev int64) int64 {
	v, err := r.st.At(rev)
	if err != nil {
		return r.lease
	}
	return int64(server.Lease(v))
}

// expire ends the sessions that were not prolonged for their lease, and that much longer. A session that was
// prolonged after all is not deleted, since its revision is another one then. It reports whether there may be more.
func (r *registrar) expire(ctx context.Context, grace int64) (more bool, err error) {
	over := r.sessions.expired(r.clock.now, r.lease, grace, maxEnding)
	var writes [][]byte
	for _, s := range over {
		m, err := store.EncodeDel(store.SessDir+"/"+s.name, s.rev)
		if err != nil {
			return false, err
		}
		writes = append(writes, m)
	}
	results, err := r.n.writeAll(ctx, writes)
	if err != nil {
		return false, err
	}
	for i, err := range results {
		if err == nil {
			r.n.cfg.Log.Info("a session expired", "session", over[i].name)
		} else if !errors.Is(err, store.ErrRevMismatch) {
			return false, err
		}
	}
	return len(over) == maxEnding, nil
}
