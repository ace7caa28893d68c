package main

import (
	"context"
	"errors"

	"github.com/ha/doozer/client"
)

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
		run:      checkin,
		complete: func(*completing, []string, string) []string { return nil },
	}
}

func checkin(ctx context.Context, s *session, args []string) error {
	err := s.client.Checkin(ctx, args[0], *s.rev)
	if !errors.Is(err, client.ErrRevMismatch) {
		return err
	}
	switch *s.rev {
	case client.Missing:
		return mismatch("checkin " + args[0] + ": there is such a session already")
	case client.Clobber:
		return mismatch("checkin " + args[0] + ": there is no such session")
	}
	return mismatch("checkin " + args[0] + ": there is no such session, or it was prolonged since that revision")
}
