package web

import (
	"context"
	"errors"
	"time"

	"github.com/ha/doozer/store"
)

// A stream's pace. After n files were sent it rests for n times restPerFile, within
// minRest and maxRest.
const (
	minRest     = 50 * time.Millisecond
	maxRest     = 500 * time.Millisecond
	restPerFile = 50 * time.Microsecond
	beatEvery   = 10 * time.Second
	nextMax     = 1024 // events taken from the store at once
)

// stream sends one browser the tree and then its changes.
type stream struct {
	store *store.Store
	all   store.Glob
	epoch string
	out   frames
}

// run sends until ctx ends or the browser is gone: what changed from revision from on, or, if
// from is 0 or no longer kept, the whole tree and what changes after it.
func (st *stream) run(ctx context.Context, from int64) error {
	for {
		if from == 0 {
			rev, sent, err := st.snapshot()
			if err != nil {
				return err
			}
			if err := sleep(ctx, rest(sent)); err != nil {
				return err
			}
			from = rev + 1
		}
		err := st.follow(ctx, from)
		if !errors.Is(err, store.ErrTooLate) {
			return err
		}
		from = 0
	}
}

// snapshot sends the whole tree. It returns its revision and its number of files.
func (st *stream) snapshot() (rev int64, sent int, err error) {
	v := st.store.View()
	st.out.reset()
	v.Walk(st.all, func(path string, value []byte, rev int64) bool {
		err = st.out.file(newFile(path, value, rev))
		sent++
		return err == nil
	})
	if err != nil {
		return 0, 0, err
	}
	return v.Applied(), sent, st.out.rev(v.Applied(), st.epoch)
}

// follow sends all changes from revision from on. It ends with ctx, a failed write, or
// store.ErrTooLate.
func (st *stream) follow(ctx context.Context, from int64) error {
	w, err := st.store.Watch(st.all, from)
	if err != nil {
		return err
	}
	defer w.Close()
	beat := time.NewTimer(beatEvery)
	defer beat.Stop()
	b := newBatch(from - 1)
	var events []store.Event
	for {
		if events, err = fill(b, w, events); err != nil {
			return err
		}
		if sent := len(b.changes); sent > 0 {
			if err := st.send(b); err != nil {
				return err
			}
			if err := sleep(ctx, rest(sent)); err != nil {
				return err
			}
			beat.Reset(beatEvery)
			continue
		}
		select {
		case <-w.Ready():
		case <-beat.C:
			if err := st.out.beat(); err != nil {
				return err
			}
			beat.Reset(beatEvery)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fill takes all changes that are there, up to a full batch. It returns buf for the next time.
func fill(b *batch, w *store.Watch, buf []store.Event) ([]store.Event, error) {
	for !b.full() {
		events, err := w.Next(buf[:0], nextMax)
		if err != nil {
			return nil, err
		}
		buf = events
		if len(events) == 0 {
			break
		}
		b.add(events)
		clear(events) // lets go of the values
	}
	return buf, nil
}

// send writes b out and empties it.
func (st *stream) send(b *batch) error {
	defer b.reset()
	if err := st.out.changes(b.changes); err != nil {
		return err
	}
	return st.out.rev(b.rev, st.epoch)
}

func rest(sent int) time.Duration {
	return min(max(time.Duration(sent)*restPerFile, minRest), maxRest)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
