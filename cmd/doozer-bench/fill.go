package main

import (
	"context"
	"time"
)

// fillOutstanding is how many SETs are outstanding while files are written.
const fillOutstanding = 256

// fillTime bounds the writing of files.
const fillTime = 2 * time.Minute

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
