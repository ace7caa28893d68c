package peer

import (
	"fmt"
	"slices"
	"time"

	"github.com/ha/doozer/consensus"
)

// refetch is how long to wait before another snapshot is fetched, after one
// that came to nothing.
const refetch = 500 * time.Millisecond

// wantSnapshot fetches a snapshot from a node that no longer keeps what this
// one lacks, one at a time.
func (l *loop) wantSnapshot(from consensus.ID) {
	if l.fetching || l.now < l.fetchAt {
		return
	}
	addr := l.snapshotAddress(from)
	if addr == "" {
		return
	}
	l.fetching = true
	applied := l.st.View().Applied()
	l.cfg.Log.Info("fell behind what others keep, fetching a snapshot", "from", addr, "applied", applied)
	l.node.spawn(func() {
		snap, err := fetchSnapshot(l.node.life, addr, l.me, applied)
		if err == nil {
			err = snap.check(l.cfg, l.me)
		}
		l.node.in.call(func(l *loop) { l.fetched(snap, err) })
	})
}

// snapshotAddress is where to fetch a snapshot of a node, or "". A node that is
// not registered in this node's tree is trusted only while there is a link to
// none that is: all may have been replaced while this one slept.
func (l *loop) snapshotAddress(from consensus.ID) string {
	v := l.st.View()
	if addr := address(v, from); addr != "" {
		return addr
	}
	for id, r := range l.remotes {
		if r.link != nil && address(v, id) != "" {
			return ""
		}
	}
	if r := l.remotes[from]; r != nil {
		return r.addr
	}
	return ""
}

// check says whether a machine could begin at the snapshot, before anything
// is replaced by it.
func (s *snapshot) check(cfg *Config, me *identity) error {
	_, err := consensus.New(consensus.Config{Self: me.id, Alpha: cfg.Alpha}, s.state)
	return err
}

// fetched hears how fetching a snapshot ended.
func (l *loop) fetched(snap *snapshot, err error) {
	l.fetching, l.fetchAt = false, l.now+int64(refetch)
	if err != nil {
		l.cfg.Log.Warn("cannot take a snapshot", "err", err)
		return
	}
	l.take(snap)
}

// take installs a snapshot that is ahead of what is applied here.
func (l *loop) take(snap *snapshot) {
	if snap.state.Applied <= l.st.View().Applied() {
		return
	}
	if err := l.install(snap); err != nil {
		l.cfg.Log.Warn("cannot take a snapshot", "err", err)
	}
}

func (l *loop) install(snap *snapshot) error {
	if err := l.st.Reset(snap.state.Applied, snap.rev, slices.Values(snap.files)); err != nil {
		return err
	}
	if err := l.machine.Restore(l.now, snap.state); err != nil {
		return fmt.Errorf("the tree stands, but consensus does not: %w", err)
	}
	l.applier.begin()
	l.upkept = 0
	l.cfg.Log.Info("took a snapshot", "rev", snap.state.Applied)
	return nil
}
