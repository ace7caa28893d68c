package main

import (
	"context"
)

func setVerb() verb {
	return verb{
		name: "set", args: "<path> <rev>", min: 2, max: 2, compares: true, formats: "json",
		brief: "write a file, from standard input",
		help: `Writes standard input to the file if the file's revision is at most <rev>: 0,
only if there is no such file; -1, whatever is there. Directories above it
come into being. Prints the new revision. A newer file is an error, exit
status 5.

    $ echo "hello, world" | doozer set /message 0
    17
`,
		run: set,
	}
}

func set(ctx context.Context, s *session, args []string) error {
	return s.write(ctx, args[0], *s.rev)
}

// write writes standard input to a file and prints the new revision.
func (s *session) write(ctx context.Context, path string, rev int64) error {
	body, err := s.readBody(ctx)
	if err != nil {
		return err
	}
	rev, err = s.client.Set(ctx, path, rev, body)
	if err != nil {
		return err
	}
	return s.printRev(path, rev)
}
