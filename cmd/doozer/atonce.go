package main

import (
	"context"
	"errors"
	"strings"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

// waiting is the files that are to be written.
func (p *plan) waiting() (files []*planned) {
	for i := range p.files {
		if f := &p.files[i]; f.outcome == pending {
			files = append(files, f)
		}
	}
	return files
}

// oneTxn reports whether one transaction can write all of files.
func oneTxn(files []*planned) bool {
	size, names := 0, 0
	for _, f := range files {
		size += len(f.value)
		names += strings.Count(f.path, "/")
	}
	return len(files) <= store.MaxSteps && size <= store.MaxValue && names <= store.MaxTxnNames
}

// writeAtOnce writes all files by one transaction: all are there then, or none.
func (p *plan) writeAtOnce(ctx context.Context, c *client.Client) {
	unsure := false // an earlier attempt may have done it
	for range attempts {
		files := p.waiting()
		if len(files) == 0 {
			return // it had
		}
		rev, err := commit(ctx, c, files)
		switch {
		case err == nil:
			settle(files, result{outcome: written, rev: rev})
			return
		case errors.Is(err, client.ErrOutcomeUnknown):
			unsure = true
			settle(files, result{err: err})
		case errors.Is(err, client.ErrReadonly):
			settle(files, result{err: err})
			sleep(ctx, pause) // too much to do, perhaps
		case errors.Is(err, client.ErrRevMismatch) && (unsure || p.force || p.skip):
			err = p.compare(ctx, c)
			if err == nil {
				continue
			}
			fallthrough
		default:
			settle(files, result{outcome: failedOr(unsure), err: err})
			return
		}
		if ctx.Err() != nil {
			break
		}
	}
	if files := p.waiting(); unsure {
		settle(files, result{outcome: unknown, err: client.ErrOutcomeUnknown})
	}
}

// failedOr is what an attempt that failed leaves, if one before it may have succeeded.
func failedOr(unsure bool) outcome {
	if unsure {
		return unknown
	}
	return failed
}

func commit(ctx context.Context, c *client.Client, files []*planned) (int64, error) {
	t := new(client.Txn)
	for _, f := range files {
		t.Set(f.path, f.known, f.value)
	}
	return c.Commit(ctx, t)
}

func settle(files []*planned, r result) {
	for _, f := range files {
		f.result = r
	}
}
