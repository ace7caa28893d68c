package main

import (
	"context"
	"fmt"

	"github.com/ha/doozer/client"
)

func statVerb() verb {
	return verb{
		name: "stat", args: "<path>", min: 1, max: 1, atRev: true, atNode: true, formats: "json",
		brief: "print a file's revision and length",
		help: `Prints "<rev> <len>" of a file, or "d <entries>" of a directory; with -r, as it
was at that revision. What is not there is an error, exit status 22.

    $ doozer stat /message
    17 13
    $ doozer stat /ctl
    d 3
`,
		run: stat,
	}
}

func stat(ctx context.Context, s *session, args []string) error {
	length, rev, err := s.client.Stat(ctx, args[0], s.at()...)
	if err != nil {
		return err
	}
	switch {
	case rev == client.Missing:
		return fmt.Errorf("stat %s: %w", args[0], client.ErrNoEnt)
	case rev == client.Dir && s.format == inJSON:
		err = s.printJSON(entry{Path: args[0], Dir: &length})
	case s.format == inJSON:
		err = s.printJSON(entry{Path: args[0], Rev: &rev, Len: &length})
	case rev == client.Dir:
		_, err = fmt.Fprintln(s.out, "d", length)
	default:
		_, err = fmt.Fprintln(s.out, rev, length)
	}
	return err
}
