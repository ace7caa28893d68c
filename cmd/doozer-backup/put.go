package main

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

const (
	attempts = 8 // at writing one file
	pause    = 100 * time.Millisecond
)

// outcome is what became of a file.
type outcome int

const (
	written outcome = iota
	there           // it was there already
	conflict
	failed
)

// put sees to it that a file is there. Each write is a compare-and-set with what was read before: so when the
// outcome of one is unknown, the next that succeeds says that it did not happen, and never will.
func (im *importer) put(ctx context.Context, c *client.Client, f store.File) (outcome, error) {
	unknown := false
	var failure error
	for range attempts {
		value, rev, err := c.Get(ctx, f.Path)
		switch {
		case err != nil:
			return failed, err
		case rev != client.Missing && bytes.Equal(value, f.Value) && unknown:
			return written, nil
		case rev != client.Missing && bytes.Equal(value, f.Value):
			return there, nil
		case rev != client.Missing && !im.force:
			return conflict, nil
		}
		_, failure = c.Set(ctx, f.Path, rev, f.Value)
		switch {
		case failure == nil:
			return written, nil
		case errors.Is(failure, client.ErrOutcomeUnknown):
			unknown = true
		case errors.Is(failure, client.ErrReadonly):
			sleep(ctx, pause) // too much to do, perhaps
		case !errors.Is(failure, client.ErrRevMismatch):
			return failed, failure
		}
	}
	return failed, failure
}

// ofFile says of a failure that others may succeed.
func ofFile(err error) bool {
	return errors.Is(err, client.ErrIsDir) || errors.Is(err, client.ErrNotDir) || errors.Is(err, client.ErrRevMismatch)
}
