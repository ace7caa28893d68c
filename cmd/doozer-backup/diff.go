package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

func diffVerb() verb {
	return verb{
		name: "diff", args: "REV1 REV2 [glob]",
		brief: "print what differs",
		help: `Prints a line for each file that matches the glob and is not the same at two
revisions: + for one that came, - for one that went, ~ for one that was set;
then its path, its revision at the first and at the second, and its length at
both. What is not there has 0. With -values the older value follows and the
newer one, as far as there are such, each with a line feed.

    $ doozer-backup diff -d /var/lib/doozer 49000 49541
    ~ /config/db/host 21 49102 9 8
    - /config/db/port 22 0 4 0
    + /who 0 49541 0 11
`,
		setup: func(fs *flag.FlagSet) action {
			var s source
			var o format
			s.dirFlag(fs)
			o.flags(fs)
			return func(ctx context.Context, e *env, args []string) error { return o.diff(ctx, e, &s, args) }
		},
	}
}

func (o *format) diff(ctx context.Context, e *env, s *source, args []string) error {
	if len(args) < 2 {
		return usageError("usage: doozer-backup diff -d DIR REV1 REV2 [glob]")
	}
	var revs [2]int64
	for i := range revs {
		var err error
		if revs[i], err = parseRev(args[i]); err != nil {
			return usageError(fmt.Sprintf("%.80q is %v", args[i], err))
		}
	}
	g, err := onlyGlob(args[2:])
	if err != nil {
		return err
	}
	before, after, err := s.trees(ctx, e, revs)
	if err != nil {
		return err
	}
	for d := range journal.Differences(before, after) {
		if ctx.Err() != nil {
			return errInterrupted
		}
		if !g.Match(d.Path) {
			continue
		}
		if err := o.difference(e, d); err != nil {
			return err
		}
	}
	return nil
}

// trees are the journal's, at two revisions.
func (s *source) trees(ctx context.Context, e *env, revs [2]int64) (before, after *journal.Tree, err error) {
	a, err := s.archive()
	if err != nil {
		return nil, nil, err
	}
	if before, err = e.treeAt(ctx, a, revs[0]); err != nil {
		return nil, nil, err
	}
	after, err = e.treeAt(ctx, a, revs[1])
	return before, after, err
}

// side is a file as an object in an object.
type side struct {
	Rev int64 `json:"rev"`
	Len int   `json:"len"`
	body
}

func (o *format) side(f store.File) *side {
	if f.Path == "" {
		return nil // it is not there
	}
	return &side{f.Rev, len(f.Value), o.bodyIf(f.Value)}
}

func (o *format) difference(e *env, d journal.Difference) error {
	before, after := o.side(d.Before), o.side(d.After)
	sign := "~"
	switch {
	case before == nil:
		sign = "+"
	case after == nil:
		sign = "-"
	}
	if o.json {
		return lines(e.out).Encode(struct {
			Change string `json:"change"`
			Path   string `json:"path"`
			Before *side  `json:"before,omitempty"`
			After  *side  `json:"after,omitempty"`
		}{sign, d.Path, before, after})
	}
	_, err := fmt.Fprintf(e.out, "%s %s %d %d %d %d\n", sign, d.Path, d.Before.Rev, d.After.Rev, len(d.Before.Value), len(d.After.Value))
	if before != nil {
		o.printBody(e, d.Before.Value)
	}
	if after != nil {
		o.printBody(e, d.After.Value)
	}
	return err
}
