package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ha/doozer/journal"
)

// writer moves records from a queue to the journal.
type writer struct {
	*follower
	q    *queue
	base <-chan error // tells, once, of the snapshot that the records go on from; nil: it is there
	recs []*journal.Record
}

// errFresh says that a snapshot of the cluster is wanted.
var errFresh = errors.New("a snapshot is to be taken of the cluster")

// run commits all that comes, in batches as large as they get up to maxTake, until no more will come; that is
// still committed, and the error says why.
func (w *writer) run(ctx context.Context) error {
	for {
		fresh := w.fresh
		if w.base != nil {
			fresh = nil // it is under way
		}
		select {
		case <-w.q.some:
			if err := w.take(ctx); err != nil {
				return err
			}
		case err := <-w.base:
			w.base = nil
			if err != nil {
				return fmt.Errorf("cannot take a snapshot: %w", err)
			}
			w.baseSaved()
		case <-fresh:
			return errFresh
		}
	}
}

// take commits what is there.
func (w *writer) take(ctx context.Context) (err error) {
	begun, more := time.Now(), false
	if w.recs, more, err = w.q.take(w.recs); err != nil {
		return err
	}
	for _, r := range w.recs {
		if err := w.j.Append(r); err != nil {
			return fmt.Errorf("%w: %w", errStopped, err)
		}
	}
	if err := w.commit(ctx); err != nil {
		return err
	}
	if w.base == nil { // else all of it is worth nothing yet
		w.state.durable(w.j.Rev(), w.recs)
	}
	clear(w.recs)
	if !more { // else there is enough for one more
		sleep(ctx, w.every-time.Since(begun))
	}
	return nil
}

// commit commits, again and again while the disk takes nothing: what is appended is not lost by that.
func (w *writer) commit(ctx context.Context) error {
	if w.rotate.Swap(false) {
		w.j.Rotate()
	}
	for failed := false; ; failed = true {
		begun, bytes := time.Now(), w.j.Pending()
		err := w.j.Commit()
		if err == nil {
			w.state.works(theDisk)
			w.state.committed(len(w.recs), bytes, time.Since(begun))
			if failed {
				w.log.Info("the disk takes what is written again", "durable", w.j.Rev())
			}
			return nil
		}
		w.state.failed(theDisk, err)
		if !failed {
			w.log.Error("cannot write to the disk; trying again", "durable", w.j.Rev(), "err", err)
		}
		if !sleep(ctx, retryPause) {
			w.log.Warn("ends, and has not written what came last; the cluster will be asked for it again", "durable", w.j.Rev(), "err", err)
			return fmt.Errorf("what came after revision %d is not written: %w", w.j.Rev(), err)
		}
	}
}

// sleep waits, unless ctx ends before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
