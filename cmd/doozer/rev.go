package main

import (
	"context"
	"fmt"
)

func revVerb() verb {
	return verb{
		name:  "rev",
		brief: "print the present revision",
		help: `Prints the revision of the last change to the store.

    $ doozer rev
    24
`,
		run: func(ctx context.Context, s *session, _ []string) error {
			rev, err := s.client.Rev(ctx)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(s.out, rev)
			return err
		},
	}
}
