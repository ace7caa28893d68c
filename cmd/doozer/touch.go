package main

import (
	"context"
	"errors"

	"github.com/ha/doozer/client"
)

func touchVerb() verb {
	return verb{
		name: "touch", args: "<path>", min: 1, max: 1, formats: "json",
		brief: "give a file a new revision",
		help: `Writes the file's own body to it, so that its revision moves and those who
watch it hear of it; or creates it, empty. No other write is ever undone: when
somebody else writes in between, touch starts over from what is there then.
Prints the new revision.

    $ doozer touch /config/title
    19
`,
		run: touch,
	}
}

func touch(ctx context.Context, s *session, args []string) error {
	for {
		value, rev, err := s.client.Get(ctx, args[0])
		if err != nil {
			return as("touch "+args[0], err)
		}
		rev, err = s.client.Set(ctx, args[0], rev, value)
		if errors.Is(err, client.ErrRevMismatch) {
			continue
		}
		if err != nil {
			return as("touch "+args[0], err)
		}
		return s.printRev(args[0], rev)
	}
}
