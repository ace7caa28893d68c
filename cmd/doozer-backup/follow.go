package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
)

// retryPause is the time between two attempts to do what failed.
const retryPause = time.Second

// follower appends a cluster's changes to a journal. It does so in stretches: each is a watch, which goes
// on after what the journal has or, where no node has what comes next any more, after a
// fresh snapshot.
type follower struct {
	dir   string
	j     *journal.Journal
	c     *client.Client
	who   *identity
	state *state
	log   *slog.Logger
	every time.Duration // between two commits, at least
	fresh chan struct{} // cap 1: a snapshot is wanted from the cluster

	rotate atomic.Bool // the next commit is to begin a segment
}

// run follows until ctx ends, or with an error that trying again would not mend.
func (f *follower) run(ctx context.Context) error {
	for after := f.j.Rev(); ; {
		err := f.stretch(ctx, after)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, errStopped), errors.Is(err, client.ErrClosed):
			return err
		case errors.Is(err, client.ErrTooLate), errors.Is(err, errFresh):
			f.state.gap()
			f.log.Warn("changes are missing in the journal from here on; going on with a snapshot", "after", f.j.Rev(), "why", err)
			after = 0
		default:
			f.state.failed(err)
			f.log.Error("cannot follow; trying again", "err", err)
			if !sleep(ctx, retryPause) {
				return nil
			}
			after = f.state.durableRev()
		}
	}
}

// stretch follows from the revision after one on, or from a snapshot if that is 0.
func (f *follower) stretch(ctx context.Context, after int64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var head *journal.Head
	if after == 0 {
		var err error
		if head, err = f.begin(ctx); err != nil {
			return err
		}
		after = head.Rev
	}
	w, err := f.c.Watch(ctx, all, after+1)
	if err != nil {
		return err
	}
	var base <-chan error
	if head != nil { // after the watch: the history may have moved on by the time that it is taken
		base = f.takeBase(ctx, head)
	}
	return f.pump(ctx, cancel, w, base)
}

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

// pump moves what the watch brings to the journal until either fails. base, if not nil, tells how the
// snapshot came out that it all is worth nothing without.
func (f *follower) pump(ctx context.Context, cancel context.CancelFunc, w *client.Watch, base <-chan error) error {
	q := newQueue()
	read := make(chan struct{})
	go func() {
		defer close(read)
		q.end(readWatch(ctx, w, q))
	}()
	wr := writer{follower: f, q: q, base: base}
	err := wr.run(ctx)
	cancel()
	w.Close()
	<-read
	if wr.base != nil {
		<-wr.base
	}
	return err
}
