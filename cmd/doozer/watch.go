package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/ha/doozer/client"
)

func watchVerb() verb {
	return verb{
		name: "watch", args: "[glob]", max: 1, atRev: true, tidies: true, formats: "json, raw",
		brief: "print changes as they happen",
		help: `Prints each change to a file that matches the glob (see find): "<path> <rev>
<set|del> <len>", a line feed, the new body and a line feed. With -o json each
is an object, as that of get, with "event", which is "set" or "del". With -r
it begins with what happened at that revision, else with what happens from now
on, and goes on at another node when its own is lost. It ends when it is
interrupted, with -t, when the reader of its output does, or with status 4
when no node keeps the history any more that it would need.

-exec <command...>, which comes last and needs a glob before it, runs a
command for each change, one after the other, instead of printing it: with
DOOZER_PATH, DOOZER_REV, and DOOZER_EVENT, which is "set" or "del", in its
environment, and the new body as its standard input. With -batch it runs once
for all changes that have come meanwhile, and gets them as -o json prints
them; DOOZER_REV is that of the last, and DOOZER_EVENT "batch". A command that
fails ends the watch, with its exit status.

    $ doozer watch '/config/**'
    /config/db/host 23 set 8
    10.0.0.7
    /config/db/port 24 del 0

    $ doozer watch /config/title -exec sh -c 'cat >title.txt'
`,
		setup: func(fs *pflag.FlagSet) action {
			var w watching
			fs.BoolVar(&w.exec, "exec", false, "run the command that follows for each change")
			fs.Lookup("exec").Annotations = map[string][]string{runsFlag: {}}
			fs.BoolVar(&w.batch, "batch", false, "with -exec: once for all that has come meanwhile")
			return w.run
		},
	}
}

// watching is what to do with changes.
type watching struct{ exec, batch bool }

func (o *watching) run(ctx context.Context, s *session, args []string) error {
	switch {
	case o.exec && len(args) == 0:
		return usageError("usage: doozer watch <glob> -exec <command...>: which files? The glob comes before -exec ('/**': all)")
	case o.exec && len(s.command) == 0:
		return usageError("usage: doozer watch <glob> -exec <command...>: which command?")
	case o.batch && !o.exec:
		return usageError("-batch goes with -exec")
	}
	var from int64
	if s.rev != nil {
		from = *s.rev
	}
	w, err := s.client.Watch(ctx, glob(args), from)
	if err != nil {
		return err
	}
	defer w.Close()
	next := func() error { return s.printNext(w) }
	switch {
	case o.batch:
		next = func() error { return s.execBatch(ctx, w) }
	case o.exec:
		next = func() error { return s.execNext(ctx, w) }
	}
	for err == nil {
		err = next()
	}
	if s.life.Err() != nil {
		err = errInterrupted
	}
	return err
}

// printNext prints a change, and all that is there when it is the last for now.
func (s *session) printNext(w *client.Watch) error {
	ev, err := w.Next()
	if err != nil {
		return err
	}
	if err := s.printEvent(ev); err != nil || w.Pending() {
		return err
	}
	return s.out.Flush()
}

// execNext runs the command for a change.
func (s *session) execNext(ctx context.Context, w *client.Watch) error {
	ev, err := w.Next()
	if err != nil {
		return err
	}
	env := []string{"DOOZER_PATH=" + ev.Path, fmt.Sprint("DOOZER_REV=", ev.Rev), "DOOZER_EVENT=" + eventName(ev)}
	return s.execFor(ctx, ev, env, ev.Value)
}

// execBatch runs the command for all changes that are there.
func (s *session) execBatch(ctx context.Context, w *client.Watch) error {
	evs, err := w.NextBatch(nil)
	if err != nil {
		return err
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	enc.SetEscapeHTML(false)
	for _, ev := range evs {
		if err := enc.Encode(newChange(ev)); err != nil {
			return err
		}
	}
	last := evs[len(evs)-1]
	return s.execFor(ctx, last, []string{fmt.Sprint("DOOZER_REV=", last.Rev), "DOOZER_EVENT=batch"}, in.Bytes())
}

func (s *session) execFor(ctx context.Context, ev client.Event, env []string, in []byte) error {
	if err := s.runCommand(ctx, s.command, env, bytes.NewReader(in)); err != nil {
		return fmt.Errorf("at revision %d: %w", ev.Rev, err)
	}
	return nil
}
