package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/spf13/pflag"

	"github.com/ha/doozer/client"
)

func electVerb() verb {
	return verb{
		name: "elect", args: "<path> <value> <command...>", min: 2, max: 2, runs: true, tidies: true, connects: true,
		brief: "run a command while being the leader",
		help: `Stands for election, in a directory of its own, and runs the command when it
is won, for as long as it is held: all is as with lock, -n, Ctrl-Z and what is
left when doozer is killed included. The value is for others to read, an
address as a rule: "doozer leader" prints that of the leader.

    $ doozer elect /db/leader 10.0.0.1:5432 sh -c './lead $DOOZER_LOCK_TOKEN'
`,
		setup: func(fs *pflag.FlagSet) action {
			try := fs.BoolP("n", "n", false, "do not wait")
			grace := graceFlag(fs)
			return func(ctx context.Context, s *session, args []string) error {
				s.grace = *grace
				if err := checkPath(args[0], false); err != nil {
					return err
				}
				return s.hold(ctx, !*try, func(ctx context.Context, h *held) error {
					campaign := h.campaign
					if *try {
						campaign = h.tryCampaign
					}
					l, err := campaign(ctx, s.client.Election(args[0]), []byte(args[1]))
					if errors.Is(err, client.ErrLocked) {
						return exitError{exitLocked, fmt.Errorf("elect %s: somebody else is the leader", args[0])}
					}
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

func (h *held) campaign(ctx context.Context, e *client.Election, value []byte) (*client.Leadership, error) {
	return e.Campaign(ctx, h.session, value)
}

// tryCampaign is campaign for who does not wait for another leader's end: it does not begin
// if there is one, and gives up if another one was faster.
func (h *held) tryCampaign(ctx context.Context, e *client.Election, value []byte) (*client.Leadership, error) {
	now, err := e.Leader(ctx)
	if err == nil && now.Token != 0 {
		err = client.ErrLocked
	}
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go func() {
		for l, err := range e.Observe(ctx) {
			if err == nil && l.Token != 0 && !strings.HasPrefix(path.Base(l.Path), h.session.Name()+"-") {
				stop(client.ErrLocked)
			}
		}
	}()
	l, err := h.campaign(ctx, e, value)
	if err != nil && errors.Is(context.Cause(ctx), client.ErrLocked) {
		err = client.ErrLocked
	}
	return l, err
}
