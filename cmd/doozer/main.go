// Doozer reads, writes and watches the files of a Doozer cluster. "doozer
// help" tells how.
package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/proto/access"
)

// verbs is the table of what doozer can do, in the order of its help.
func verbs() []verb {
	return []verb{
		getVerb(), setVerb(), addVerb(), delVerb(), touchVerb(),
		statVerb(), findVerb(), walkVerb(),
		watchVerb(), waitVerb(), waitDurableVerb(),
		revVerb(), selfVerb(), nopVerb(),
		helpVerb(),
	}
}

// verb is one line of the table.
type verb struct {
	name     string
	args     string // as its help shows them
	min, max int    // number of arguments
	atRev    bool   // -r is of use
	atNode   bool   // -local is of use
	compares bool   // the second argument is a revision, for session.rev
	offline  bool   // it needs no node
	brief    string // one line
	help     string // all else there is to know, with an example
	run      func(ctx context.Context, s *session, args []string) error
}

// session is what a verb works with.
type session struct {
	client *client.Client // nil for a verb that is offline
	in     io.Reader
	out    *bufio.Writer
	rev    *int64 // -r, or what a write compares with; nil when not given
	local  bool   // -local
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run does what args say and returns the exit status.
func run(args []string, in io.Reader, stdout, stderr io.Writer) int {
	out := bufio.NewWriter(stdout)
	err := perform(args, &session{in: in, out: out})
	if flushErr := out.Flush(); err == nil {
		err = flushErr
	}
	return report(stderr, err)
}

func perform(args []string, s *session) error {
	o, words, err := parseFlags(args)
	if err != nil {
		return err
	}
	switch {
	case o.version:
		return printVersion(s.out)
	case o.help:
		return printHelp(s.out, words)
	case len(words) == 0:
		return usageError("which verb? (doozer help)")
	}
	v, err := find(words[0])
	if err != nil {
		return err
	}
	words = words[1:]
	if len(words) < v.min || len(words) > v.max {
		return usageError("usage: doozer " + v.usage())
	}
	if o.rev != nil && !v.atRev {
		return usageError(v.name + " takes no -r (doozer help " + v.name + ")")
	}
	if o.local && !v.atNode {
		return usageError(v.name + " takes no -local (doozer help " + v.name + ")")
	}
	s.rev, s.local = o.rev, o.local
	if v.compares {
		if s.rev, err = parseRev(words[1]); err != nil {
			return err
		}
	}

	ctx, cancel := o.context()
	defer cancel()
	return inTime(ctx, v.perform(ctx, s, o.addr, words))
}

// perform dials, if it needs to, and does what v does.
func (v *verb) perform(ctx context.Context, s *session, addr string, args []string) error {
	if !v.offline {
		c, err := dial(ctx, s.config(), addr)
		if err != nil {
			return err
		}
		defer c.Close()
		s.client = c
	}
	return v.run(ctx, s, args)
}

// giveUp is for how long no node may be reached, with or without a time limit.
const giveUp = 5 * time.Second

// config is that of the client: -local means the node that was dialed, all else
// whichever node serves.
func (s *session) config() client.Config {
	return client.Config{Pinned: s.local, Keepalive: client.DefaultKeepalive, GiveUp: giveUp,
		Secret: access.Presented(os.Getenv)}
}

// dial tells an address that makes no sense from one where nobody answers.
func dial(ctx context.Context, cfg client.Config, addr string) (*client.Client, error) {
	if _, err := client.ParseURI(addr); err != nil {
		return nil, usageError(err.Error())
	}
	return cfg.Dial(ctx, addr)
}

// context is one that ends with the time limit, if there is one.
func (o *options) context() (context.Context, context.CancelFunc) {
	if o.limit == 0 {
		return context.WithCancel(context.Background())
	}
	return context.WithDeadline(context.Background(), time.Now().Add(o.limit))
}

func find(name string) (*verb, error) {
	for _, v := range verbs() {
		if v.name == name {
			return &v, nil
		}
	}
	return nil, usageError("there is no verb " + name + " (doozer help)")
}

func (v *verb) usage() string {
	if v.args == "" {
		return v.name
	}
	return v.name + " " + v.args
}
