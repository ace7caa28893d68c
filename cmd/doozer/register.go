package main

import (
	"context"
	"strings"

	"github.com/spf13/pflag"

	"github.com/ha/doozer/client"
)

func registerVerb() verb {
	return verb{
		name: "register", args: "<path> <value> <command...>", min: 2, max: 2, runs: true, tidies: true, connects: true, patient: true,
		brief: "register a service while it runs",
		help: `Has the file hold the value, an address as a rule, while the command runs:
when it ends, or doozer or its machine dies, the file is deleted. If the
session behind it is lost the command goes on, and the file is made anew as
soon as a node can be reached. Who registers the same path later has it; the
command of the one before is asked to end (SIGTERM), killed after -grace, and
the exit status is 75. Else it is that of the command. -t limits how long it
takes until the command runs.

    $ doozer register /services/web/a 10.0.0.1:80 ./server
    $ doozer watch '/services/web/*'
`,
		setup: func(fs *pflag.FlagSet) action {
			grace := graceFlag(fs)
			return func(ctx context.Context, s *session, args []string) error {
				s.grace = *grace
				if err := checkPath(args[0], false); err != nil {
					return err
				}
				if err := s.connect(ctx, true); err != nil {
					return err
				}
				i := strings.LastIndex(args[0], "/")
				var r *client.Registration
				err := s.begin(ctx, true, func(ctx context.Context) (err error) {
					r, err = s.client.Register(ctx, args[0][:i], args[0][i+1:], []byte(args[1]))
					return err
				})
				if err != nil {
					return err
				}
				h := s.newHeld()
				defer h.end(nil)
				stop := h.until(r.Done(), r.Err)
				err = h.run()
				stop()
				return h.over(err, r.Close)
			}
		},
		complete: commandFiles(2),
	}
}
