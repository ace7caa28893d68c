package main

import (
	"context"

	"github.com/ha/doozer/client"
)

func addVerb() verb {
	return verb{
		name: "add", args: "<path>", min: 1, max: 1, formats: "json",
		brief: "create a file, from standard input",
		help: `Writes standard input to a new file, and prints its revision. If there is such
a file already that is an error, exit status 5. The same as set <path> 0.

    $ hostname | doozer add /leader
    18
`,
		run: func(ctx context.Context, s *session, args []string) error {
			return as("add "+args[0], s.write(ctx, args[0], client.Missing))
		},
	}
}
