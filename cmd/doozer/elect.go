package main

import (
	"context"

	"github.com/spf13/pflag"
)

func electVerb() verb {
	return verb{
		name: "elect", args: "<path> <value> <command...>", min: 2, max: 2, runs: true, tidies: true,
		brief: "run a command while being the leader",
		help: `Stands for election, in a directory of its own, and runs the command when it
is won, for as long as it is held: all is as with lock. The value is for
others to read, an address as a rule: "doozer leader" prints that of the
leader.

    $ doozer elect /db/leader 10.0.0.1:5432 sh -c './lead $DOOZER_LOCK_TOKEN'
`,
		setup: func(fs *pflag.FlagSet) action {
			grace := graceFlag(fs)
			return func(ctx context.Context, s *session, args []string) error {
				s.grace = *grace
				return s.hold(ctx, true, func(ctx context.Context, h *held) error {
					l, err := s.client.Election(args[0]).Campaign(ctx, h.session, []byte(args[1]))
					if err != nil {
						return err
					}
					return h.runLocked(l.Lock)
				})
			}
		},
		complete: commandFiles(2),
	}
}
