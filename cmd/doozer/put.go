package main

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/ha/doozer/client"
)

// outcome is what became of a file that was to be written.
type outcome string

const (
	pending outcome = "" // nobody has tried
	written outcome = "written"
	already outcome = "already" // it was there with that value
	skipped outcome = "skipped" // another one was there
	failed  outcome = "failed"  // nothing was written
	unknown outcome = "unknown"
)

// result is of one file.
type result struct {
	outcome outcome
	rev     int64 // of what was written
	err     error // of what failed, or is unknown
}

const (
	attempts = 8 // at writing one file
	pause    = 100 * time.Millisecond
)

// put writes a file over what was there when the tree was looked at. Each write
// is a compare-and-set: so when the outcome of one is unknown, what is there
// afterwards tells.
func (p *plan) put(ctx context.Context, c *client.Client, f *planned) result {
	known, last := f.known, result{outcome: failed}
	for range attempts {
		rev, err := c.Set(ctx, f.path, known, f.value)
		switch {
		case err == nil:
			return result{outcome: written, rev: rev}
		case errors.Is(err, client.ErrOutcomeUnknown):
			last = result{outcome: unknown, err: err}
		case errors.Is(err, client.ErrReadonly):
			last.err = err
			sleep(ctx, pause) // too much to do, perhaps
			continue
		case !errors.Is(err, client.ErrRevMismatch):
			return result{outcome: failedOr(last.outcome == unknown), err: err}
		case last.outcome != unknown && p.skip:
			return result{outcome: skipped}
		case last.outcome != unknown && !p.force:
			return result{outcome: failed, err: err} // somebody else wrote it since
		default:
			last.err = err
		}
		value, rev, err := c.Get(ctx, f.path)
		switch {
		case err != nil:
			return last // why it looked says more
		case rev > known && bytes.Equal(value, f.value):
			return result{outcome: written, rev: rev}
		case rev > known && !p.force:
			last.err = client.ErrRevMismatch
			return last
		}
		known = rev
	}
	return last
}

// sleep waits for a time, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
