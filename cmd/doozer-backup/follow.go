package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
)

// retryPause is the time between two attempts to do what failed. With snapshots of the cluster, each of which
// goes through all of its files, it becomes longer.
const (
	retryPause    = time.Second
	maxRetryPause = 30 * time.Second
)

// backoff is a pause that doubles; 0: nothing failed lately.
type backoff time.Duration

func (b *backoff) longer() {
	*b = min(max(2**b, backoff(retryPause)), backoff(maxRetryPause))
}

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
	var pause backoff
	for after := f.j.Rev(); ; {
		err := f.stretch(ctx, after)
		durable := f.state.durableRev()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, errStopped), errors.Is(err, client.ErrClosed):
			return err
		case durable == 0:
			f.baseFailed(err)
			after = 0
			pause.longer()
		case errors.Is(err, client.ErrTooLate), errors.Is(err, errFresh):
			f.state.gap()
			f.log.Warn("changes are missing in the journal from here on; going on with a snapshot", "after", f.j.Rev(), "why", err)
			after, pause = 0, 0
		default:
			f.state.failed(theFollow, err)
			f.log.Error("cannot follow; trying again", "err", err)
			after, pause = durable, backoff(retryPause)
		}
		if !sleep(ctx, time.Duration(pause)) {
			return nil
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
	if wr.base != nil && <-wr.base == nil { // it came in time after all
		f.baseSaved()
	}
	return err
}
