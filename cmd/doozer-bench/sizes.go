package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// sizesShare: a round takes as many times as long as others, so that more of them see a garbage
// collection: with many files it comes seldom, and takes long.
const sizesShare = 2

// holding is files that three nodes hold, and nothing else.
type holding struct {
	what  string
	dir   string // may have the groupMark in its name
	files int

	nodes      *server
	sets, gets []sample // a sample a round
}

// sizes compares requests to few files with those to many.
type sizes struct {
	round           time.Duration
	few, many, flat holding
}

func newSizes() *sizes {
	return &sizes{
		few:  holding{what: "in one directory", dir: "/few", files: benchKeys},
		many: holding{what: "in 1,000 directories", dir: "/many/" + groupMark, files: maxKeys},
		flat: holding{what: "in one directory", dir: "/flat", files: maxKeys},
	}
}

func (s *sizes) all() []*holding { return []*holding{&s.few, &s.many, &s.flat} }

func measureSizes(ctx context.Context, b *bench) (*sizes, error) {
	s := newSizes()
	defer func() {
		for _, t := range s.all() {
			if t.nodes != nil {
				t.nodes.stop()
			}
		}
	}()
	for _, t := range s.all() {
		if err := t.make(ctx, b); err != nil {
			return nil, fmt.Errorf("writing %d files %s: %w", t.files, t.what, err)
		}
	}
	long := *b
	long.round *= sizesShare
	s.round = long.round
	for r := range b.rounds {
		for _, t := range s.all() {
			if err := t.measure(ctx, &long, r); err != nil {
				return nil, fmt.Errorf("%d files %s: %w", t.files, t.what, err)
			}
		}
	}
	return s, nil
}

func (t *holding) make(ctx context.Context, b *bench) (err error) {
	if t.nodes, err = startCluster(ctx, b.doozerd, 3); err != nil {
		return err
	}
	return fill(ctx, t.nodes, t.dir, t.files)
}

func (t *holding) measure(ctx context.Context, b *bench, round int) error {
	set, err := b.load(ctx, t.nodes, kindSet, t.dir, t.files, levels[goalLevel], round)
	if err != nil {
		return err
	}
	get, err := b.load(ctx, t.nodes, kindGet, t.dir, t.files, levels[goalLevel], round)
	t.sets, t.gets = append(t.sets, set), append(t.gets, get)
	return err
}

func (s *sizes) goals() []goal {
	return []goal{
		most(1.5, "1,000,000 files: time of a SET, to that with 1,000", ratios(s.few.sets, s.many.sets, rate)...),
		most(1.5, "1,000,000 files: time of a GET, to that with 1,000", ratios(s.few.gets, s.many.gets, rate)...),
		most(1.5, "1,000,000 files in one directory: time of a SET, to that with 1,000", ratios(s.few.sets, s.flat.sets, rate)...),
		most(1.5, "1,000,000 files in one directory: time of a GET, to that with 1,000", ratios(s.few.gets, s.flat.gets, rate)...),
	}
}

func (s *sizes) write(b *strings.Builder) {
	level := levels[goalLevel]
	fmt.Fprintf(b, `## Number of files

Three clusters of three nodes, %d outstanding requests over %d connections, for all files in turn, in rounds of %v.

| files | | SETs a second | GETs a second |
|---:|---|---:|---:|
`, level.outstanding, level.conns, s.round)
	for _, t := range s.all() {
		fmt.Fprintf(b, "| %s | %s | %s (%s) | %s (%s) |\n", count(t.files), t.what,
			count(int(middle(t.sets, rate))), spread(values(t.sets, rate)),
			count(int(middle(t.gets, rate))), spread(values(t.gets, rate)))
	}
}
