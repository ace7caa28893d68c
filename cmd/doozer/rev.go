package main

import (
	"context"
	"fmt"
)

func revVerb() verb {
	return verb{
		name: "rev", atNode: true,
		brief: "print the present revision",
		help: `Prints the revision of the last change to the store; with -local, of the last one
that this node has.

    $ doozer rev
    24
`,
		run: func(ctx context.Context, s *session, _ []string) error {
			rev, err := s.client.Rev(ctx, s.at()...)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(s.out, rev)
			return err
		},
	}
}
