package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/ha/doozer/store"
)

func showVerb() verb {
	return verb{
		name: "show", args: "[SNAP] [glob]",
		brief: "print the files of a moment",
		help: `Prints "<path> <rev> <len>" of each file that matches the glob, or of all: of
the snapshot SNAP, or of the journal in DIR as of the latest revision or another
one. With -values each file's value follows, and a line feed, as "doozer walk"
prints it.

    $ doozer-backup show -d /var/lib/doozer -time 2h '/config/**'
    /config/db/host 21 9
    /config/db/port 22 4
    $ doozer-backup show prod.snap
`,
		setup: func(fs *flag.FlagSet) action {
			var s source
			var o format
			s.dirFlag(fs)
			s.momentFlags(fs)
			o.flags(fs)
			return func(ctx context.Context, e *env, args []string) error {
				fs, err := s.files(ctx, e, args)
				if err != nil {
					return err
				}
				return o.show(ctx, e, fs)
			}
		},
	}
}

// shown is a file as an object.
type shown struct {
	Path string `json:"path"`
	Rev  int64  `json:"rev"`
	Len  int    `json:"len"`
	body
}

func (o *format) show(ctx context.Context, e *env, fs files) error {
	enc := lines(e.out)
	return e.each(ctx, fs, func(f store.File) error {
		if o.json {
			return enc.Encode(shown{f.Path, f.Rev, len(f.Value), o.bodyIf(f.Value)})
		}
		_, err := fmt.Fprintf(e.out, "%s %d %d\n", f.Path, f.Rev, len(f.Value))
		o.printBody(e, f.Value)
		return err
	})
}
