package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ha/doozer/journal"
)

// keeper makes a snapshot from time to time, out of the journal itself, and drops what need not be
// kept. So what lies on the disk is read back all the time, and the cluster has no work with it.
type keeper struct {
	*follower
	age       time.Duration // a snapshot as old is followed by another
	bytes     int64         // so is one, no longer than the changes since, after as many bytes of those
	retention journal.Retention
	toPrune   bool // a snapshot was made, and what is old not dropped since
}

const (
	keepEvery = 5 * time.Second
	keepPause = time.Minute // after a failure
)

func (k *keeper) run(ctx context.Context) {
	pause := keepEvery
	for sleep(ctx, pause) {
		pause = keepEvery
		switch err := k.look(ctx); {
		case ctx.Err() != nil:
		case err == nil:
			k.state.works(theKeeper)
		default:
			k.failed(err)
			pause = keepPause
		}
	}
}

func (k *keeper) failed(err error) {
	k.state.failed(theKeeper, err)
	if spoilt(err) {
		k.log.Error("the journal cannot be read back", "err", err)
		poke(k.fresh)
	} else {
		k.log.Error("cannot save a snapshot, or drop what is old; trying again", "err", err)
	}
}

// spoilt says that the journal lacks something, as opposed to an error in reading it.
func spoilt(err error) bool {
	return errors.Is(err, journal.ErrMissing) || errors.Is(err, journal.ErrNotWhole) || errors.As(err, new(*journal.Damage))
}

// look saves a snapshot if it is time for one, and then drops what need not be kept.
func (k *keeper) look(ctx context.Context) error {
	durable := k.state.durableRev()
	if durable == 0 {
		return nil
	}
	a, err := journal.Read(k.dir)
	if err != nil {
		return err
	}
	if k.due(a, durable, time.Now()) {
		k.rotate.Store(true)
		if err := k.snapshot(ctx, a, durable); err != nil {
			return err
		}
		k.toPrune = true
	}
	if !k.toPrune {
		return nil
	}
	if err := k.prune(); err != nil {
		return err
	}
	k.toPrune = false
	return nil
}

// prune drops what need not be kept.
func (k *keeper) prune() error {
	a, err := journal.Read(k.dir)
	if err != nil {
		return err
	}
	removed, err := a.Prune(k.retention, time.Now())
	if len(removed) > 0 {
		k.log.Info("dropped what need not be kept", "files", len(removed), "last", removed[len(removed)-1])
	}
	if a, err := journal.Read(k.dir); err == nil {
		k.state.gapsIn(a)
	}
	return err
}

// due reports whether to make a snapshot now.
func (k *keeper) due(a *journal.Archive, durable int64, now time.Time) bool {
	i := slices.IndexFunc(a.Snapshots, func(s journal.Snapshot) bool { return s.Rev > durable })
	if i < 0 {
		i = len(a.Snapshots)
	}
	if i == 0 {
		return false // the one to begin with is under way
	}
	last := a.Snapshots[i-1] // one beyond is none of ours
	if last.Rev == durable {
		return false
	}
	var since int64
	for _, s := range a.Segments {
		if s.UpTo > last.Rev {
			since += s.Size
		}
	}
	at := k.state.get(now).SnapshotTime
	return since >= max(k.bytes, last.Size) || now.Sub(at) >= k.age
}

func (k *keeper) snapshot(ctx context.Context, a *journal.Archive, rev int64) error {
	begun := time.Now()
	t, err := a.At(rev, func(int64) error { return ctx.Err() })
	if err != nil {
		return err
	}
	g, err := parseGlob(all)
	if err != nil {
		return err
	}
	if err := journal.SaveSnapshot(journal.SnapshotPath(k.dir, rev), t.Head, until(ctx, t.Match(g))); err != nil {
		return err
	}
	k.state.snapshot(t.Head)
	k.log.Info("saved a snapshot", "rev", rev, "files", len(t.Files), "took", time.Since(begun).Round(time.Millisecond))
	return nil
}
