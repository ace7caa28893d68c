package main

import "context"

func delVerb() verb {
	return verb{
		name: "del", args: "<path> <rev>", min: 2, max: 2, compares: true,
		brief: "delete a file",
		help: `Deletes the file if its revision is at most <rev>; -1, whatever it is. To
delete what is not there succeeds. With the last file in it a directory goes
too. Prints nothing. A newer file is an error, exit status 5.

    $ doozer del /message 17
`,
		run: del,
	}
}

func del(ctx context.Context, s *session, args []string) error {
	return s.client.Del(ctx, args[0], *s.rev)
}
