package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// idleTime is how long nothing is asked of a cluster; CPU time is told in hundredths of a second.
const idleTime = 10 * time.Second

// idle is the CPU that each of three nodes takes while nothing is asked of them, in % of a core.
type idle struct{ nodes []float64 }

func measureIdle(ctx context.Context, b *bench) (*idle, error) {
	nodes, err := startFilled(ctx, b.doozerd, 3, benchDir, benchKeys)
	if err != nil {
		return nil, err
	}
	defer nodes.stop()
	before, begun := nodes.cpus(), time.Now()
	if err := sleep(ctx, idleTime); err != nil {
		return nil, err
	}
	i := &idle{}
	for n, after := range nodes.cpus() {
		i.nodes = append(i.nodes, 100*float64(after-before[n])/float64(time.Since(begun)))
	}
	return i, nil
}

// sleep lets time pass, or returns why the context ended.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (i *idle) goals() []goal {
	return []goal{never(1, "idle cluster: CPU of a node, in % of a core", i.nodes...)}
}

func (i *idle) write(b *strings.Builder) {
	fmt.Fprintf(b, "## Idle\n\nThree nodes of which nothing is asked for %v, with %s files: %.1f to %.1f %% of a core a node.\n",
		idleTime, count(benchKeys), slices.Min(i.nodes), slices.Max(i.nodes))
}
