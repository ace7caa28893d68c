package main

import "context"

func nopVerb() verb {
	return verb{
		name:  "nop",
		brief: "have the cluster agree on nothing",
		help: `Sends a change that changes nothing through a round of agreement. Prints
nothing; it succeeds if the cluster takes writes.

    $ doozer -t 2 nop && echo alive
    alive
`,
		run: func(ctx context.Context, s *session, _ []string) error {
			return s.client.Nop(ctx)
		},
	}
}
