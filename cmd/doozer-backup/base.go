package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ha/doozer/journal"
)

// begin has the journal begin anew after the cluster's present revision.
func (f *follower) begin(ctx context.Context) (*journal.Head, error) {
	heard := time.Now()
	rev, err := f.c.Rev(ctx)
	if err != nil {
		return nil, err
	}
	head, err := headOf(ctx, f.c, rev, heard)
	if err != nil {
		return nil, err
	}
	if err := f.j.Begin(head.Cluster, head.Id, rev); err != nil {
		return nil, fmt.Errorf("%w: %w", errStopped, err)
	}
	f.log.Info("begins with a snapshot", "cluster", head.Cluster, "id", head.Id, "rev", rev)
	f.who.set(head.Cluster, head.Id, rev)
	f.state.follows(head.Cluster, head.Id, 0)
	return head, nil
}

// errStopped marks what the tool cannot go on after.
var errStopped = errors.New("cannot go on")

// takeBase saves the snapshot that a stretch goes on from, beside it.
func (f *follower) takeBase(ctx context.Context, head *journal.Head) <-chan error {
	done := make(chan error, 1)
	go func() {
		err := journal.SaveSnapshot(journal.SnapshotPath(f.dir, head.Rev), head, filesAt(ctx, f.c, head.Rev))
		if err == nil {
			f.log.Info("saved a snapshot of the cluster", "rev", head.Rev)
			f.state.snapshot(head)
		}
		done <- err
	}()
	return done
}

// baseSaved notes that the snapshot is there, and so all that was written since is durable.
func (f *follower) baseSaved() {
	select {
	case <-f.fresh: // whoever wanted a snapshot has it
	default:
	}
	f.j.Keep()
	f.state.durable(f.j.Rev(), nil)
}

// baseFailed notes that a stretch ended before the snapshot that it was to go on from was there. What was written since it
// began is worth nothing.
func (f *follower) baseFailed(err error) {
	f.state.failed(theFollow, err)
	f.log.Error("cannot begin with a snapshot of the cluster; trying again", "err", err)
	if err := f.j.Withdraw(); err != nil {
		f.log.Warn("cannot remove what was written in vain; it does no harm", "err", err)
	}
}
