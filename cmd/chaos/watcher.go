package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/proto/access"
)

// watcher watches the whole tree from a revision on, and records what it is told. It
// begins at some node; where it goes on is the client's affair.
type watcher struct {
	one *client.Client

	mu      sync.Mutex
	records []record // the latest last; another one is begun after a gap that the watcher was told of
	next    int64    // the revision that may come next
	err     error    // why it ended, if it did by itself
}

// newWatcher connects one to the node at a place.
func newWatcher(ctx context.Context, p *place, from int64) (*watcher, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	one, err := client.Config{Secret: access.Presented(os.Getenv)}.Dial(ctx, p.last())
	if err != nil {
		return nil, err
	}
	w := &watcher{one: one}
	w.open(p.last(), from)
	return w, nil
}

func (w *watcher) open(name string, from int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.records = append(w.records, record{name: "the watcher that began at " + name, from: from})
	w.next = from
}

// run records until the context ends.
func (w *watcher) run(ctx context.Context) {
	for {
		err := w.follow(ctx)
		if errors.Is(err, client.ErrTooLate) {
			err = w.skip(ctx)
		}
		if err != nil {
			w.mu.Lock()
			w.err = err
			w.mu.Unlock()
			return
		}
	}
}

func (w *watcher) follow(ctx context.Context) error {
	w.mu.Lock()
	next := w.next
	w.mu.Unlock()
	watch, err := w.one.Watch(ctx, tree+"**", next)
	if err != nil {
		return err
	}
	defer watch.Close()
	for {
		ev, err := watch.Next()
		if err != nil {
			return err
		}
		w.take(ev)
	}
}

// skip goes on from now, after it was told that there is a gap.
func (w *watcher) skip(ctx context.Context) error {
	for {
		rev, err := w.one.Rev(ctx)
		switch {
		case err == nil:
			w.mu.Lock()
			last := &w.records[len(w.records)-1]
			last.upTo = w.next - 1
			w.mu.Unlock()
			w.open(w.one.Addr(), rev+1)
			return nil
		case ctx.Err() != nil || !errors.Is(err, client.ErrNoQuorum):
			return err
		}
	}
}

func (w *watcher) take(ev client.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next = ev.Rev + 1
	rec := &w.records[len(w.records)-1]
	rec.changes = append(rec.changes, change{rev: ev.Rev, path: ev.Path, value: string(ev.Value), del: ev.Del})
}

// upTo waits until it was told of all changes up to a revision, the last of
// which is one, and returns what it was told.
func (w *watcher) upTo(ctx context.Context, rev int64) ([]record, error) {
	for {
		w.mu.Lock()
		list, next, err := w.records, w.next, w.err
		w.mu.Unlock()
		name := list[len(list)-1].name
		switch {
		case err != nil:
			return list, fmt.Errorf("%s: %w", name, err)
		case next > rev:
			return list, nil
		case !pause(ctx, 10*time.Millisecond):
			return list, fmt.Errorf("%s is at revision %d, and should be at %d: %w", name, next-1, rev, ctx.Err())
		}
	}
}
