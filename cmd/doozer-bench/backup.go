package main

import (
	"context"
	"fmt"
	"io"
	"math"
)

// tempFolder is where journals are written: on the disk, beside where the page goes.
const tempFolder = ".doozer-bench-*"

// backup is what is measured of doozer-backup.
type backup struct {
	follows  *follows
	first    *first
	restores []*restore
}

func measureBackup(ctx context.Context, o options, progress io.Writer) (*backup, error) {
	f, err := measureFollows(ctx, o, progress)
	if err != nil {
		return nil, fmt.Errorf("following: %w", err)
	}
	one, err := measureFirst(ctx, o, progress)
	if err != nil {
		return nil, fmt.Errorf("the first snapshot: %w", err)
	}
	r, err := measureRestores(ctx, o, progress)
	if err != nil {
		return nil, fmt.Errorf("restoring: %w", err)
	}
	return &backup{f, one, r}, nil
}

// gaps is how often the tool did not keep up with the cluster, in all.
func (b *backup) gaps() int {
	n := b.first.gaps
	for _, h := range b.follows.how {
		n += h.gaps
	}
	return n
}

// restoreRate is that of the journal that takes the longest, in records a second.
func (b *backup) restoreRate() float64 {
	slowest := math.Inf(1)
	for _, r := range b.restores {
		slowest = min(slowest, r.rate())
	}
	return slowest
}
