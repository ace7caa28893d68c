package main

import (
	"context"

	"github.com/spf13/pflag"
)

func cpVerb() verb {
	return verb{
		name: "cp", args: "<from> <to>", min: 2, max: 2, atRev: true, tidies: true, formats: "json",
		rev:   "copy what was there at that revision",
		brief: "copy a file, or all below a directory",
		help: `Copies a file to the path <to>, or all files below a directory to below the
directory <to>, as they are at one revision: the present one, or that of -r,
so that a file can be had back as it was. What is there already, and what if a
write fails, is as with import. Of the root, /ctl is left out.

    $ doozer cp /config /config-old
    3 files written, 0 there already, 0 skipped
    $ doozer cp -f -r 17 /config/title /config/title
    1 file written, 0 there already, 0 skipped
`,
		setup: func(flags *pflag.FlagSet) action {
			var p plan
			p.flags(flags)
			return func(ctx context.Context, s *session, args []string) error {
				return p.copy(ctx, s, args[0], args[1])
			}
		},
		complete: func(c *completing, args []string, word string) []string {
			if len(args) > 1 {
				return nil
			}
			return c.paths(word)
		},
	}
}

func (p *plan) copy(ctx context.Context, s *session, from, to string) error {
	if err := checkPath(to, true); err != nil {
		return err
	}
	p.dir = to
	t, err := s.readSubtree(ctx, from)
	if err != nil {
		return err
	}
	t.leaveCtl()
	for _, f := range t.files {
		path := to
		if !t.single {
			path = inside(to) + t.relative(f.Path)[1:]
		}
		p.add(path, f.Path, f.Value)
	}
	if err := p.prepare(ctx, s.client); err != nil {
		return err
	}
	return p.write(ctx, s)
}
