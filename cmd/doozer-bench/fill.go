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
func fill(ctx context.Context, addr, dir string, n int) error {
	t, err := newTemplate(kindSet, dir)
	if err != nil {
		return err
	}
	l := load{
		template: t, addrs: []string{addr}, outstanding: fillOutstanding, conns: 1,
		keys: n, count: n, time: fillTime,
	}
	_, err = l.run(ctx)
	return err
}
