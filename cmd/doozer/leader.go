package main

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

func leaderVerb() verb {
	return verb{
		name: "leader", args: "<path>", min: 1, max: 1, tidies: true, formats: "json, raw",
		brief: "print who won an election",
		help: `Prints "<token> <value>" of the leader that "doozer elect" made at this path;
-o raw the value alone. If there is none that is an error, exit status 22; a
file that goes with no session is nobody's candidacy.
With -follow, it prints each new leader, and "0" when there is none, until it
is interrupted.

    $ doozer leader /db/leader
    27 10.0.0.1:5432
`,
		setup: func(fs *pflag.FlagSet) action {
			follow := fs.Bool("follow", false, "go on with each new leader")
			return func(ctx context.Context, s *session, args []string) error {
				e := s.client.Election(args[0])
				if *follow {
					return s.followLeader(ctx, e)
				}
				l, err := e.Leader(ctx)
				if err == nil {
					l, err = s.elected(ctx, l)
				}
				if err == nil && l.Token == 0 {
					err = fmt.Errorf("%s has no leader: %w", args[0], client.ErrNoEnt)
				}
				if err != nil {
					return err
				}
				return s.printLeader(l)
			}
		},
	}
}

// elected is l, or nobody if its file goes with no session: such a file was not made by
// who stood for election.
func (s *session) elected(ctx context.Context, l client.Leader) (client.Leader, error) {
	if l.Token == 0 {
		return l, nil
	}
	_, rev, err := s.client.Stat(ctx, store.LinkDir+l.Path)
	if err == nil && rev == client.Missing {
		l = client.Leader{}
	}
	return l, err
}

func (s *session) followLeader(ctx context.Context, e *client.Election) error {
	last := int64(-1)
	for l, err := range e.Observe(ctx) {
		if err == nil {
			l, err = s.elected(ctx, l)
		}
		if s.life.Err() != nil {
			return errInterrupted
		}
		if err != nil {
			return err
		}
		if l.Token == last {
			continue // another that was not elected
		}
		last = l.Token
		if err := s.printLeader(l); err != nil {
			return err
		}
		if err := s.out.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) printLeader(l client.Leader) (err error) {
	switch {
	case s.format == inJSON && l.Token == 0:
		return s.printJSON(map[string]int64{"rev": 0})
	case s.format == inJSON:
		return s.printJSON(entry{Path: l.Path, Rev: &l.Token, body: newBody(l.Value)})
	case s.format == inRaw:
		_, err = s.out.Write(l.Value)
	case l.Token == 0:
		_, err = fmt.Fprintln(s.out, 0)
	default:
		_, err = fmt.Fprintf(s.out, "%d %s\n", l.Token, l.Value)
	}
	return err
}
