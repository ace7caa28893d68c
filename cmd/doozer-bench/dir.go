package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// How SETs are put on a directory.
const (
	dirOutstanding = 64
	dirConns       = 3
)

// directory is a directory that SETs are sent to.
type directory struct {
	path    string
	files   int
	samples []sample // a sample a round
}

// dirSizes compares SETs in a small and in a large directory of one node.
type dirSizes struct{ small, large directory }

// measureDirs starts a node, writes the files of both directories, and then
// overwrites them, a round the one and a round the other.
func measureDirs(ctx context.Context, o options, progress io.Writer) (*dirSizes, error) {
	node, err := startCluster(ctx, o.doozerd, 1)
	if err != nil {
		return nil, err
	}
	defer node.stop()
	sizes := &dirSizes{
		small: directory{path: "/small", files: 1_000},
		large: directory{path: "/large", files: 100_000},
	}
	both := []*directory{&sizes.small, &sizes.large}
	for _, d := range both {
		if err := fill(ctx, node.addrs[0], d.path, d.files); err != nil {
			return nil, fmt.Errorf("writing %d files: %w", d.files, err)
		}
	}
	for r := range o.rounds {
		for _, d := range both {
			if err := d.measure(ctx, node.addrs, r, o.round); err != nil {
				return nil, fmt.Errorf("directory of %d files: %w", d.files, err)
			}
		}
	}
	fmt.Fprintln(progress, "directories done")
	return sizes, nil
}

func (d *directory) measure(ctx context.Context, addrs []string, round int, length time.Duration) error {
	t, err := newTemplate(kindSet, d.path)
	if err != nil {
		return err
	}
	l := load{
		template: t, addrs: addrs, outstanding: dirOutstanding, conns: dirConns,
		keys: d.files, offset: round, warm: length / warmShare, time: length,
	}
	got, err := l.run(ctx)
	d.samples = append(d.samples, got)
	return err
}

// rate is the median over the rounds, in SETs a second.
func (d *directory) rate() float64 { return middle(d.samples, rate) }

// factor is how many times slower the large directory is: the median over the
// rounds.
func (s *dirSizes) factor() float64 { return middleRatio(s.small.samples, s.large.samples, rate) }
