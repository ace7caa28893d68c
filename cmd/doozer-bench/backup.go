package main

import (
	"context"
	"fmt"
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

func measureBackup(ctx context.Context, b *bench) (*backup, error) {
	f, err := measureFollows(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("following: %w", err)
	}
	one, err := measureFirst(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("the first snapshot: %w", err)
	}
	r, err := measureRestores(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("restoring: %w", err)
	}
	return &backup{f, one, r}, nil
}

func (b *backup) goals() []goal {
	return []goal{
		most(0, "backup: keeps up with the full write rate: gaps", float64(b.gaps())),
		most(1, "backup: seconds behind", b.follows.behind().Seconds()),
		least(200_000, "backup: records restored a second", b.restoreRate()),
	}
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
