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
	r := l.remotes[from]
	if l.fetching || l.now < l.fetchAt || r == nil || r.addr == "" {
		return
	}
	l.fetching = true
	l.cfg.Log.Info("fell behind what others keep, fetching a snapshot", "from", r.addr, "applied", l.st.View().Applied())
	addr := r.addr
	l.node.spawn(func() {
		snap, err := fetchSnapshot(l.node.life, addr, l.me)
		if err == nil {
			err = snap.check(l.cfg, l.me)
		}
		l.node.in.call(func(l *loop) { l.fetched(snap, err) })
	})
}

// check says whether a machine could begin at the snapshot, before anything
// is replaced by it.
func (s *snapshot) check(cfg *Config, me *identity) error {
	_, err := consensus.New(consensus.Config{Self: me.id, Alpha: cfg.Alpha}, s.state)
	return err
}

// fetched installs a snapshot that is ahead of what is applied here.
func (l *loop) fetched(snap *snapshot, err error) {
	l.fetching, l.fetchAt = false, l.now+int64(refetch)
	if err == nil && snap.state.Applied > l.st.View().Applied() {
		err = l.install(snap)
	}
	if err != nil {
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
