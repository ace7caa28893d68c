package main

import (
	"context"
	"iter"

	"github.com/ha/doozer/store"
)

type files = iter.Seq2[store.File, error]

// files opens what args begin with, a snapshot, or else the journal; a glob may follow.
func (s *source) files(ctx context.Context, e *env, args []string) (files, error) {
	if s.dir != "" {
		g, err := onlyGlob(args)
		if err != nil {
			return nil, err
		}
		return s.match(ctx, e, g)
	}
	if len(args) == 0 {
		return nil, usageError("which journal (-d DIR), or which snapshot?")
	}
	g, err := onlyGlob(args[1:])
	if err != nil {
		return nil, err
	}
	return s.snapshot(ctx, e, args[0], g)
}

// match is the files of the journal's tree that match.
func (s *source) match(ctx context.Context, e *env, g store.Glob) (files, error) {
	a, err := s.archive()
	if err != nil {
		return nil, err
	}
	t, err := s.tree(ctx, e, a)
	if err != nil {
		return nil, err
	}
	total := len(t.Files)
	if e.seen {
		total = 0 // they are printed at once
	}
	return e.counted("writing", int64(total), t.Match(g)), nil
}

// until is files, up to the end of ctx.
func until(ctx context.Context, fs files) files {
	return func(yield func(store.File, error) bool) {
		for f, err := range fs {
			if ctx.Err() != nil {
				err = errInterrupted
			}
			if !yield(f, err) || err == errInterrupted {
				return
			}
		}
	}
}

// counted is files, of which a bar tells how many of the total have passed.
func (e *env) counted(what string, total int64, fs files) files {
	return func(yield func(store.File, error) bool) {
		bar := e.progress(what, total)
		defer bar.done()
		for f, err := range fs {
			if !yield(f, err) {
				return
			}
			bar.add(1)
		}
	}
}
