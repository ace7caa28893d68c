package main

import "context"

func checkinVerb() verb {
	return verb{
		name: "checkin", args: "<session> <rev>", min: 2, max: 2, compares: true,
		brief: "make a session, or prolong it",
		help: `With 0 makes the session, and ends at once; with -1, or the revision of its
file /ctl/sess/<session>, prolongs it at once, and ends when half its lease
has passed: it is time then to check in again. If there is such a session
already, or is no more, that is an error, exit status 5. "doozer session" is
simpler.

    $ doozer checkin me 0 && while doozer checkin me -1; do :; done
`,
		run: func(ctx context.Context, s *session, args []string) error {
			return s.client.Checkin(ctx, args[0], *s.rev)
		},
		complete: func(*completing, []string, string) []string { return nil },
	}
}
