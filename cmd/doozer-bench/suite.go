package main

import (
	"context"
	"fmt"
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
	peerLevel = 2 // beside etcd, and the next as well
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
	on     *server
	levels [len(levels)][]sample // a sample a round
}

// suite is the benchmark of requests at several numbers outstanding.
type suite struct {
	*bench

	echo, set1, get1, set3, get3 *cell
}

func newSuite(b *bench, echo, one, three *server) *suite {
	return &suite{
		bench: b,
		echo:  &cell{name: "echo", kind: kindEcho, on: echo},
		set1:  &cell{name: "SET, one node", kind: kindSet, on: one},
		get1:  &cell{name: "GET, one node", kind: kindGet, on: one},
		set3:  &cell{name: "SET, three nodes", kind: kindSet, on: three},
		get3:  &cell{name: "GET, three nodes", kind: kindGet, on: three},
	}
}

// measureSuite starts the echo, one node and three, and measures them.
func measureSuite(ctx context.Context, b *bench) (*suite, error) {
	echo, err := startEcho(ctx)
	if err != nil {
		return nil, err
	}
	defer echo.stop()
	one, err := startCluster(ctx, b.doozerd, 1)
	if err != nil {
		return nil, err
	}
	defer one.stop()
	three, err := startCluster(ctx, b.doozerd, 3)
	if err != nil {
		return nil, err
	}
	defer three.stop()
	s := newSuite(b, echo, one, three)
	return s, s.run(ctx)
}

func (s *suite) wants(name string) bool { return s.only.wants(name) }

// cells are the columns that are wanted, the echo first.
func (s *suite) cells() []*cell {
	cells := []*cell{s.echo}
	if s.wants("set") {
		cells = append(cells, s.set1)
	}
	if s.wants("get") {
		cells = append(cells, s.get1)
	}
	if s.wants("set") {
		cells = append(cells, s.set3)
	}
	if s.wants("get") {
		cells = append(cells, s.get3)
	}
	return cells
}

// run writes the files, and then takes round after round of all cells in
// turn, so that what disturbs the machine for a while disturbs all alike.
func (s *suite) run(ctx context.Context) error {
	for _, c := range []*cell{s.set1, s.set3} {
		if err := fill(ctx, c.on, benchDir, benchKeys); err != nil {
			return fmt.Errorf("writing the files of %s: %w", c.name, err)
		}
	}
	for r := range s.rounds {
		for i := range levels {
			if err := s.runLevel(ctx, i, r); err != nil {
				return err
			}
		}
		s.say("round %d of %d", r+1, s.rounds)
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
	return s.load(ctx, c.on, c.kind, benchDir, benchKeys, at, round)
}

// load puts requests for so many files of a directory on a server, for a round.
func (b *bench) load(ctx context.Context, on *server, k kind, dir string, files int, at level, round int) (sample, error) {
	t, err := newTemplate(k, dir)
	if err != nil {
		return sample{}, err
	}
	return load{
		template: t, on: on, outstanding: at.outstanding, conns: at.conns,
		keys: files, offset: round, warm: b.round / warmShare, time: b.round,
	}.run(ctx)
}

// ratios are, for each round, what f takes from a sample of c to what it takes from the echo's.
func (s *suite) ratios(c *cell, level int, f func(sample) float64) []float64 {
	return ratios(c.levels[level], s.echo.levels[level], f)
}

// ratio is their median.
func (s *suite) ratio(c *cell, level int, f func(sample) float64) float64 {
	return median(s.ratios(c, level, f))
}
