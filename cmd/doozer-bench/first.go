package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// The tree whose first snapshot is measured.
const (
	firstDir   = "/large"
	firstFiles = maxKeys
)

// firstLoad bounds the load under which it is taken.
const firstLoad = 3 * toolTime

// first is the first snapshot of a large tree that doozer-backup takes, which it walks through by way
// of the network, and follows from there on, while SETs go on.
type first struct {
	took time.Duration // from the start of the tool, until the tree and all changes since were durable
	gaps int
}

// measureFirst has three nodes hold the tree, and puts SETs on them until the tool has it.
func measureFirst(ctx context.Context, b *bench) (*first, error) {
	nodes, err := startFilled(ctx, b.doozerd, 3, firstDir, firstFiles)
	if err != nil {
		return nil, err
	}
	defer nodes.stop()
	t, err := newTemplate(kindSet, firstDir)
	if err != nil {
		return nil, err
	}
	at := levels[goalLevel]
	l := load{
		template: t, on: nodes, outstanding: at.outstanding, conns: at.conns,
		keys: firstFiles, time: firstLoad,
	}
	f := new(first)
	if err := during(ctx, l, func(ctx context.Context) error { return f.take(ctx, b.options, nodes.addrs[1]) }); err != nil {
		return nil, err
	}
	b.say("backup: first snapshot done")
	return f, nil
}

var errDone = errors.New("the work is done")

// during does work while a load goes on, which ends with it.
func during(ctx context.Context, l load, work func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan error, 1)
	go func() {
		_, err := l.run(ctx)
		if context.Cause(ctx) == errDone {
			err = nil // it was broken off
		} else if err == nil {
			err = errors.New("the load ended too soon")
		}
		cancel(err)
		ended <- err
	}()
	err := work(ctx)
	cancel(errDone)
	return errors.Join(err, <-ended)
}

func (f *first) take(ctx context.Context, o options, addr string) error {
	dir, err := os.MkdirTemp(".", tempFolder)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	begun := time.Now()
	t, err := startTool(ctx, o.backup, filepath.Join(dir, "journal"), addr)
	if err != nil {
		return err
	}
	defer t.proc.stop()
	h, err := t.awaitDurable(ctx, 1)
	if err != nil {
		return err
	}
	f.took, f.gaps = time.Since(begun), h.Gaps
	return nil
}
