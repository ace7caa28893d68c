package main

import "context"

func revVerb() verb {
	return verb{
		name: "rev", atNode: true, formats: "json",
		brief: "print the present revision",
		help: `Prints the revision of the last change to the store; with -local, of the last
one that this node has.

    $ doozer rev
    24
`,
		run: func(ctx context.Context, s *session, _ []string) error {
			rev, err := s.client.Rev(ctx, s.at()...)
			if err != nil {
				return err
			}
			return s.printField("rev", rev)
		},
	}
}
