package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ha/doozer/client"
)

// quiet is how long a watcher waits for a change, under load, before it tries
// another node.
const quiet = 3 * time.Second

// watcher watches the whole tree from a revision on, by one node after the
// other, and records what it is told.
type watcher struct {
	c     *cluster
	place int // where it begins

	mu    sync.Mutex
	rec   record
	next  int64 // the revision to go on from
	moves int   // how often it began anew
	err   error // what no watcher may be told
}

func newWatcher(c *cluster, place int, from int64) *watcher {
	return &watcher{c: c, place: place, next: from, rec: record{name: fmt.Sprintf("the watcher of place %d", place)}}
}

// run goes on at the next place when one is gone or silent, or has no longer
// (or never had) what follows.
func (w *watcher) run(ctx context.Context) {
	for i := w.place; ctx.Err() == nil; i++ {
		addr := w.c.places[i%len(w.c.places)].last()
		err := w.follow(ctx, addr)
		if ctx.Err() == nil && !errors.Is(err, context.Canceled) && !passes(err) {
			w.mu.Lock()
			w.err = fmt.Errorf("%s at %s: %w", w.rec.name, addr, err)
			w.mu.Unlock()
			return
		}
		pause(ctx, 20*time.Millisecond)
	}
}

// passes reports whether another node, or another time, may do better.
func passes(err error) bool {
	for _, one := range []error{client.ErrLost, client.ErrUnreachable, client.ErrTooLate, client.ErrNoQuorum, context.DeadlineExceeded} {
		if errors.Is(err, one) {
			return true
		}
	}
	return false
}

// follow records changes until it fails, or is told of none for a while.
func (w *watcher) follow(ctx context.Context, addr string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	awake := time.AfterFunc(quiet, cancel)
	defer awake.Stop()
	one, err := client.Dial(ctx, addr)
	if err != nil {
		return err
	}
	defer one.Close()
	w.mu.Lock()
	next := w.next
	w.moves++
	w.mu.Unlock()
	watch, err := one.Watch(ctx, tree+"**", next)
	if err != nil {
		return err
	}
	defer watch.Close()
	for {
		ev, err := watch.Next()
		if err != nil {
			return err
		}
		awake.Reset(quiet)
		w.take(ev)
	}
}

func (w *watcher) take(ev client.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next = ev.Rev + 1
	w.rec.changes = append(w.rec.changes, change{rev: ev.Rev, path: ev.Path, value: string(ev.Value), del: ev.Del})
}

// upTo waits until it was told of all changes up to a revision, the last of
// which is one, and returns what it was told so far.
func (w *watcher) upTo(ctx context.Context, rev int64) (record, error) {
	for {
		w.mu.Lock()
		rec, next, err := w.rec, w.next, w.err
		w.mu.Unlock()
		switch {
		case err != nil:
			return rec, err
		case next > rev:
			return rec, nil
		case !pause(ctx, 10*time.Millisecond):
			return rec, fmt.Errorf("%s is at revision %d, and should be at %d: %w", rec.name, next-1, rev, ctx.Err())
		}
	}
}
