package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

const (
	outstanding = 64              // files that are being written
	grace       = 5 * time.Second // for these, after an interruption
)

// result is of one file.
type result struct {
	path string
	outcome
	err error
}

// sums are the results so far.
type sums struct {
	count  [failed + 1]int
	failed error  // the first
	where  string // they are
}

// write writes files into the cluster, and tells how that went.
func (im *importer) write(ctx context.Context, e *env, c *client.Client, fs []store.File) error {
	bar := e.progress("writing", int64(len(fs)))
	defer bar.done()
	feed, stop := context.WithCancel(ctx)
	defer stop()
	var s sums
	for r := range im.putAll(ctx, feed, c, fs) {
		s.add(e, r)
		bar.add(1)
		if r.outcome == failed && !ofFile(r.err) {
			stop()
		}
	}
	bar.done()
	if id, _, err := c.Get(ctx, idFile); err == nil && len(id) > 0 {
		s.where = fmt.Sprintf(", in cluster %s, by way of %s", id, c.Addr())
	}
	return s.end(ctx, e, len(fs))
}

// putAll puts files until feed ends; those that are under way then are brought to an end.
func (im *importer) putAll(ctx, feed context.Context, c *client.Client, fs []store.File) <-chan result {
	jobs, results := make(chan store.File), make(chan result)
	go func() {
		defer close(jobs)
		for _, f := range fs {
			select {
			case jobs <- f:
			case <-feed.Done():
				return
			}
		}
	}()
	calls, cancel := outlasting(ctx, grace)
	var wg sync.WaitGroup
	for range min(outstanding, len(fs)) {
		wg.Go(func() {
			for f := range jobs {
				o, err := im.put(calls, c, f)
				results <- result{f.Path, o, err}
			}
		})
	}
	go func() {
		wg.Wait()
		cancel()
		close(results)
	}()
	return results
}

// outlasting is a context that ends some time after ctx.
func outlasting(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(by, cancel) })
	return longer, cancel
}

func (s *sums) add(e *env, r result) {
	s.count[r.outcome]++
	switch r.outcome {
	case conflict:
		e.warn("conflict: %s is there with another value", r.path)
	case failed:
		e.warn("%v", r.err) // it names the file
		if s.failed == nil {
			s.failed = r.err
		}
	}
}

// end prints how many there are of each kind, of n files; its error says why not all are there.
func (s *sums) end(ctx context.Context, e *env, n int) error {
	line := fmt.Sprintf("%d written, %d there already, %s, %d failed", s.count[written], s.count[there],
		plural(s.count[conflict], "conflict"), s.count[failed])
	for _, m := range s.count {
		n -= m
	}
	if n > 0 {
		line += fmt.Sprintf(", %d not tried", n)
	}
	if _, err := fmt.Fprintln(e.out, line+s.where); err != nil {
		return err
	}
	switch {
	case n > 0 && ctx.Err() != nil:
		return errInterrupted
	case s.failed != nil:
		return fmt.Errorf("not all files are there: %w", s.failed)
	case s.count[conflict] > 0:
		return fmt.Errorf("not all files are there: %w", client.ErrRevMismatch)
	}
	return nil
}
