package main

import "context"

func selfVerb() verb {
	return verb{
		name: "self", formats: "json",
		brief: "print the id of the node that answers",
		help: `Prints the id of the node that doozer is connected to, whose files are those in
/ctl/node/<id>.

    $ doozer -a 127.0.0.1:8047 self
    5e5f0ac1bd7a7ea4
`,
		run: func(ctx context.Context, s *session, _ []string) error {
			id, err := s.client.Self(ctx)
			if err != nil {
				return err
			}
			return s.printField("id", id)
		},
	}
}
