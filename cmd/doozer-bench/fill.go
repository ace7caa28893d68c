package main

import (
	"context"
	"fmt"
	"time"
)

// fillOutstanding is how many SETs are outstanding while files are written.
const fillOutstanding = 256

// fillTime bounds the writing of files.
const fillTime = 2 * time.Minute

// startFilled starts a cluster that has n files in a directory.
func startFilled(ctx context.Context, doozerd string, members int, dir string, n int, env ...string) (*server, error) {
	s, err := startCluster(ctx, doozerd, members, env...)
	if err != nil {
		return nil, err
	}
	if err := fill(ctx, s, dir, n); err != nil {
		s.stop()
		return nil, fmt.Errorf("writing %d files: %w", n, err)
	}
	return s, nil
}

// fill writes the files with the first n keys of a directory.
func fill(ctx context.Context, on *server, dir string, n int) error {
	return write(ctx, on, dir, n, n)
}

// write sends so many SETs of the first n keys of a directory, by way of the server's first node.
func write(ctx context.Context, on *server, dir string, n, sets int) error {
	t, err := newTemplate(kindSet, dir)
	if err != nil {
		return err
	}
	_, err = load{
		template: t, on: &server{addrs: on.addrs[:1]}, outstanding: fillOutstanding, conns: 1,
		keys: n, count: sets, time: fillTime,
	}.run(ctx)
	return err
}
