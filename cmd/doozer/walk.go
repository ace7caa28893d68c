package main

import (
	"context"
	"fmt"
)

func walkVerb() verb {
	return verb{
		name: "walk", args: "[glob]", max: 1, atRev: true, atNode: true, formats: "json, raw",
		brief: "print files",
		help: `Prints each file that find would name: "<path> <rev> <len>", a line feed, the
body and a line feed. (That is how watch prints a change, but for the word
that says what happened.) All is as of one revision. -o json prints the objects
of get, one a line; -o raw the bodies, one after the other.

    $ doozer walk '/config/db/*'
    /config/db/host 21 9
    localhost
    /config/db/port 22 4
    5432
`,
		run: walk,
	}
}

func walk(ctx context.Context, s *session, args []string) error {
	for f, err := range s.client.Walk(ctx, glob(args), s.at()...) {
		if err != nil {
			return err
		}
		if err := s.printFile(fmt.Sprintf("%s %d", s.color.path(f.Path), f.Rev), f); err != nil {
			return err
		}
	}
	return nil
}
