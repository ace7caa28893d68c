package main

import (
	"context"
	"fmt"

	"github.com/ha/doozer/client"
)

func getVerb() verb {
	return verb{
		name: "get", args: "<path>", min: 1, max: 1, atRev: true, atNode: true, formats: "json, raw",
		brief: "print a file",
		help: `Prints "<rev> <len>", a line feed, the file's body and a line feed. With -r,
the file as it was at that revision; if that is yet to come, get waits for it,
as all do that read. With -o raw, the body alone; with -o json, an object with
"path", "rev" and "value", or, if the body is no UTF-8, "base64". A file that
is not there is an error, exit status 22; a directory, 21.

    $ doozer get /message
    17 13
    hello, world

`,
		run: get,
	}
}

func get(ctx context.Context, s *session, args []string) error {
	value, rev, err := s.client.Get(ctx, args[0], s.at()...)
	if err != nil {
		return err
	}
	if rev == client.Missing {
		return fmt.Errorf("get %s: %w", args[0], client.ErrNoEnt)
	}
	return s.printFile(fmt.Sprint(rev), client.File{Path: args[0], Value: value, Rev: rev})
}
