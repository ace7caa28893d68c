package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// How watchers are told: each of them of every change to the files of so many writers.
const (
	watcherCount = 1000
	watchDepth   = 64 // changes at most that not all watchers have been told of: at fewer etcd waits for itself
)

// fanout is a measure of how fast all watchers are told of changes. Writers write as fast as watchers
// are told, so that what is measured is the sum of both.
type fanout struct {
	dir      string // of the writers' files
	watchers int
	write    func(ctx context.Context, writer int, value []byte) error

	told   atomic.Int64 // by all watchers
	tokens chan struct{}
	failed chan error // of watchers; the first ones
	next   [watchDepth]int
}

func newFanout(dir string, watchers int, write func(context.Context, int, []byte) error) *fanout {
	f := &fanout{
		dir: dir, watchers: watchers, write: write, tokens: make(chan struct{}, watchDepth), failed: make(chan error, watchers),
	}
	for range watchDepth {
		f.tokens <- struct{}{}
	}
	return f
}

// tell takes that a watcher was told of a change of a file. When all were told of one change more, there is room
// for one more.
func (f *fanout) tell(o *order, path string, value []byte) error {
	if err := o.take(writerOf(f.dir, path), value); err != nil {
		return err
	}
	if f.told.Add(1)%int64(f.watchers) == 0 {
		f.tokens <- struct{}{}
	}
	return nil
}

// fail notes that a watcher ended.
func (f *fanout) fail(err error) { f.failed <- err }

// run writes for a warm-up and the time to count, and waits until all are told of everything. It
// returns how many changes watchers were told of, in a second, all of them together.
func (f *fanout) run(ctx context.Context, warm, length time.Duration) (rate float64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for w := range watchDepth {
		writers.Go(func() {
			if err := f.writeAll(ctx, w, stop); err != nil {
				cancel(err)
			}
		})
	}
	rate, err = f.count(ctx, warm, length)
	close(stop)
	if err != nil {
		cancel(err)
	}
	writers.Wait()
	if err == nil {
		err = f.settle(ctx)
	}
	return rate, err
}

// writeAll has a writer write until stop, each time with the next number.
func (f *fanout) writeAll(ctx context.Context, w int, stop <-chan struct{}) error {
	for {
		select {
		case <-f.tokens:
		case <-stop:
			return nil
		case <-ctx.Done():
			return nil // why is known
		}
		if err := f.write(ctx, w, watchValue(f.next[w])); err != nil {
			return fmt.Errorf("writer %d: %w", w, err)
		}
		f.next[w]++
	}
}

// count lets the warm-up and the time pass.
func (f *fanout) count(ctx context.Context, warm, length time.Duration) (float64, error) {
	if err := f.wait(ctx, warm); err != nil {
		return 0, err
	}
	before, begun := f.told.Load(), time.Now()
	if err := f.wait(ctx, length); err != nil {
		return 0, err
	}
	return float64(f.told.Load()-before) / time.Since(begun).Seconds(), nil
}

func (f *fanout) wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case err := <-f.failed:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// settle waits until all watchers have been told of all changes: then all tokens are back. They are put
// back for the next run.
func (f *fanout) settle(ctx context.Context) error {
	late := time.After(answerTime)
	for n := range watchDepth {
		select {
		case <-f.tokens:
		case err := <-f.failed:
			return err
		case <-late:
			return fmt.Errorf("watchers were not told of %d changes", watchDepth-n)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	for range watchDepth {
		f.tokens <- struct{}{}
	}
	return nil
}

// watchValue is a value with a number at its front.
func watchValue(n int) []byte {
	v := []byte(benchValue)
	putKey(v[:keyDigits], n%maxKeys)
	return v
}

// order is what a watcher was told of: each writer's changes, one after the other.
type order [watchDepth]int

// take takes a change of a writer's file.
func (o *order) take(writer int, value []byte) error {
	if writer < 0 || writer >= watchDepth {
		return fmt.Errorf("a change of a file that nobody writes, %d", writer)
	}
	if string(value) != string(watchValue(o[writer])) {
		return fmt.Errorf("writer %d's change %d is told as %q", writer, o[writer], value)
	}
	o[writer]++
	return nil
}

// watchPath is the path of a writer's file.
func watchPath(dir string, writer int) string { return fmt.Sprintf("%s/%02d", dir, writer) }

// writerOf is whose file a path is; -1: nobody's.
func writerOf(dir, path string) int {
	name, ok := strings.CutPrefix(path, dir+"/")
	n, err := strconv.Atoi(name)
	if !ok || err != nil || len(name) != 2 {
		return -1
	}
	return n
}
