package main

import "context"

func esetVerb() verb {
	return verb{
		name: "eset", args: "<path> <rev> <session>", min: 3, max: 3, compares: true, formats: "json",
		brief: "write a file that goes with a session",
		help: `Writes standard input to the file as set does, and ties it to the session: the
file is deleted when the session ends, by whatever cause. If there is no such
session that is an error, exit status 22. "doozer session" holds a session
while a command runs, and tells it the name.

    $ hostname | doozer eset /services/web/a 0 $DOOZER_SESSION
    27
`,
		run: eset,
	}
}

func eset(ctx context.Context, s *session, args []string) error {
	body, err := s.readBody(ctx)
	if err != nil {
		return err
	}
	rev, err := s.client.SetEphemeral(ctx, args[0], *s.rev, body, args[2])
	if err != nil {
		return err
	}
	return s.printRev(args[0], rev)
}
