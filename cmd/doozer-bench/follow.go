package main

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
)

// follow is how the tool did in a round.
type follow struct {
	lag     lag
	after   time.Duration // the end of the load, until all was durable
	gaps    int
	changes int // in the journal
	cpu     time.Duration
}

// cpuPerChange is in nanoseconds.
func (f follow) cpuPerChange() float64 { return float64(f.cpu) / float64(f.changes) }

func (f follow) afterMillis() float64 { return f.after.Seconds() * 1000 }

// watched does work, and measures meanwhile how far the tool is behind.
func watched(ctx context.Context, c *client.Client, t *tool, l *lag, work func() (sample, error)) (sample, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- l.follow(ctx, c, t) }()
	got, err := work()
	cancel()
	return got, errors.Join(err, <-done)
}

// finish waits until all is durable, ends the tool, and reads what it wrote.
func (f *follow) finish(ctx context.Context, c *client.Client, t *tool, dir string) error {
	begun := time.Now()
	rev, err := c.Rev(ctx)
	if err != nil {
		return err
	}
	h, err := t.awaitDurable(ctx, rev)
	if err != nil {
		return err
	}
	f.after, f.gaps = time.Since(begun), h.Gaps
	t.proc.stop()
	f.cpu = t.cpu()
	f.changes, err = countChanges(dir)
	return err
}

// countChanges reads a journal, of which nothing may be missing or damaged but what it says itself.
func countChanges(dir string) (n int, err error) {
	a, err := journal.Read(dir)
	if err != nil {
		return 0, err
	}
	for r, err := range a.Records(0, math.MaxInt64) {
		if gap, ok := err.(*journal.Gap); ok && gap.Stated {
			continue
		}
		if err != nil {
			return n, err
		}
		n += len(r.Changes)
	}
	return n, nil
}
