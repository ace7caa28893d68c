package main

import "context"

func watchVerb() verb {
	return verb{
		name: "watch", args: "[glob]", max: 1, atRev: true, formats: "json, raw",
		brief: "print changes as they happen",
		help: `Prints each change to a file that matches the glob (see find): "<path> <rev>
<set|del> <len>", a line feed, the new body and a line feed. With -r it begins
with what happened at that revision, else with what happens from now on, and
goes on at another node when its own is lost. It ends when it is interrupted,
with -t, when the reader of its output does, or with status 4 when no node
keeps the history any more that it would need.

    $ doozer watch '/config/**'
    /config/db/host 23 set 8
    10.0.0.7
    /config/db/port 24 del 0

`,
		run: watch,
	}
}

func watch(ctx context.Context, s *session, args []string) error {
	var from int64
	if s.rev != nil {
		from = *s.rev
	}
	w, err := s.client.Watch(ctx, glob(args), from)
	if err != nil {
		return err
	}
	defer w.Close()
	for {
		ev, err := w.Next()
		if err != nil {
			return err
		}
		if err := s.printEvent(ev); err != nil {
			return err
		}
		if w.Pending() {
			continue
		}
		if err := s.out.Flush(); err != nil {
			return err
		}
	}
}
