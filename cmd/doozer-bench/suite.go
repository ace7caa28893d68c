package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// The files that are written and read: benchKeys in one directory.
const (
	benchDir  = "/bench"
	benchKeys = 1000
)

// level is a number of outstanding requests, and of connections that they are
// divided over.
type level struct{ outstanding, conns int }

// levels: many clients that each want little, up to 16 connections to each of
// three nodes; and, for the last, a few that each want much.
var levels = [...]level{{1, 1}, {16, 16}, {64, 48}, {256, 48}, {1024, 48}, {256, 3}}

// The places of the levels that goals are set for.
const (
	loneLevel = 0
	goalLevel = 3
)

// loneTimes is how often a round measures a request at a time: its round trip is
// long or short by where the kernel puts both ends, so it takes more samples,
// each on a new connection.
const loneTimes = 5

// warmShare: the warm-up is this part of a round's time.
const warmShare = 4

// cell is a column of the measurements: one kind of request to one server.
type cell struct {
	name   string
	kind   kind
	addrs  []string
	levels [len(levels)][]sample // a sample a round
}

// suite is the benchmark of requests at several numbers outstanding.
type suite struct {
	rounds   int
	round    time.Duration // of counting; before it a warm-up
	progress io.Writer

	echo, set1, get1, set3, get3 *cell
}

func newSuite(o options, progress io.Writer, echo, one, three *server) *suite {
	return &suite{
		rounds: o.rounds, round: o.round, progress: progress,
		echo: &cell{name: "echo", kind: kindEcho, addrs: echo.addrs},
		set1: &cell{name: "SET, one node", kind: kindSet, addrs: one.addrs},
		get1: &cell{name: "GET, one node", kind: kindGet, addrs: one.addrs},
		set3: &cell{name: "SET, three nodes", kind: kindSet, addrs: three.addrs},
		get3: &cell{name: "GET, three nodes", kind: kindGet, addrs: three.addrs},
	}
}

func (s *suite) cells() []*cell { return []*cell{s.echo, s.set1, s.get1, s.set3, s.get3} }

// run writes the files, and then takes round after round of all cells in
// turn, so that what disturbs the machine for a while disturbs all alike.
func (s *suite) run(ctx context.Context) error {
	for _, c := range []*cell{s.set1, s.set3} {
		if err := fill(ctx, c.addrs[0], benchDir, benchKeys); err != nil {
			return fmt.Errorf("writing the files of %s: %w", c.name, err)
		}
	}
	for r := range s.rounds {
		for i := range levels {
			if err := s.runLevel(ctx, i, r); err != nil {
				return err
			}
		}
		fmt.Fprintf(s.progress, "round %d of %d\n", r+1, s.rounds)
	}
	return nil
}

func (s *suite) runLevel(ctx context.Context, level, round int) error {
	times := 1
	if level == loneLevel {
		times = loneTimes
	}
	for t := range times {
		for _, c := range s.cells() {
			got, err := s.measure(ctx, c, levels[level], round*times+t)
			if err != nil {
				return fmt.Errorf("%s, %d outstanding: %w", c.name, levels[level].outstanding, err)
			}
			c.levels[level] = append(c.levels[level], got)
		}
	}
	return nil
}

func (s *suite) measure(ctx context.Context, c *cell, at level, round int) (sample, error) {
	t, err := newTemplate(c.kind, benchDir)
	if err != nil {
		return sample{}, err
	}
	l := load{
		template: t, addrs: c.addrs, outstanding: at.outstanding, conns: at.conns,
		keys: benchKeys, offset: round, warm: s.round / warmShare, time: s.round,
	}
	return l.run(ctx)
}

// ratio is the median over the rounds of the ratio of what f takes from a
// sample of c to what it takes from the echo's.
func (s *suite) ratio(c *cell, level int, f func(sample) float64) float64 {
	return middleRatio(c.levels[level], s.echo.levels[level], f)
}
