package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ha/doozer/client"
)

// chorus is many watchers that are told of changes which come at a pace.
type chorus struct {
	watchers int
	files    int // that change at once, at one revision
	told     []atomic.Int64
	last     []time.Time   // when the last watcher was told of a change
	left     atomic.Int64  // changes that not all were told of
	failed   chan error    // of watchers; the first ones
	all      chan struct{} // closed when none is left
}

func newChorus(watchers, files, changes int) *chorus {
	c := &chorus{
		watchers: watchers, files: files, told: make([]atomic.Int64, changes), last: make([]time.Time, changes),
		failed: make(chan error, watchers), all: make(chan struct{}),
	}
	c.left.Store(int64(changes))
	return c
}

// tell takes that a watcher was told of a file's change.
func (c *chorus) tell(o *order, path string, value []byte) error {
	file := writerOf(watchDir, path)
	if err := o.take(file, value); err != nil {
		return err
	}
	change := o[file] - 1
	if change >= len(c.told) {
		return fmt.Errorf("a change of %s too many", path)
	}
	if c.told[change].Add(1) == int64(c.watchers*c.files) {
		c.last[change] = time.Now()
		if c.left.Add(-1) == 0 {
			close(c.all)
		}
	}
	return nil
}

// fail notes that a watcher ended.
func (c *chorus) fail(err error) { c.failed <- err }

// by has a client make the changes, of all files at one revision.
func (c *chorus) by(writer *client.Client) func(context.Context, int) error {
	return func(ctx context.Context, change int) error {
		t := new(client.Txn)
		for file := range c.files {
			t.Set(watchPath(watchDir, file), client.Clobber, watchValue(change))
		}
		_, err := writer.Commit(ctx, t)
		return err
	}
}

// run makes the changes, one every so often, and tells of each how long after its answer the last watcher was told.
func (c *chorus) run(ctx context.Context, every time.Duration, write func(ctx context.Context, change int) error) (hist, error) {
	pace := time.NewTicker(every)
	defer pace.Stop()
	answered := make([]time.Time, len(c.told))
	for i := range answered {
		select {
		case <-pace.C:
		case err := <-c.failed:
			return hist{}, err
		case <-ctx.Done():
			return hist{}, context.Cause(ctx)
		}
		if err := write(ctx, i); err != nil {
			return hist{}, err
		}
		answered[i] = time.Now()
	}
	return c.since(answered)
}

// since waits until all were told, and tells how long after these times they were.
func (c *chorus) since(answered []time.Time) (hist, error) {
	select {
	case <-c.all:
	case err := <-c.failed:
		return hist{}, err
	case <-time.After(answerTime):
		return hist{}, fmt.Errorf("not all %d watchers were told of all %d changes", c.watchers, len(c.told))
	}
	took := newHist()
	for i, at := range answered {
		took.add(c.last[i].Sub(at))
	}
	return took, nil
}
