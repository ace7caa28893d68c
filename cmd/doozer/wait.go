package main

import "context"

func waitVerb() verb {
	return verb{
		name: "wait", args: "[glob]", max: 1, atRev: true, formats: "json, raw",
		brief: "print the next change",
		help: `Waits for a change to a file that matches the glob (see find), and prints it as
watch does. With -r, the first at that revision or later, which may have
happened already; else the first from now on.

    $ doozer wait -r 18 /leader
    /leader 18 set 5
    node1

`,
		run: wait,
	}
}

func wait(ctx context.Context, s *session, args []string) error {
	var from int64
	if s.rev != nil {
		from = *s.rev
	} else {
		now, err := s.client.Rev(ctx)
		if err != nil {
			return err
		}
		from = now + 1
	}
	ev, err := s.client.Wait(ctx, glob(args), from)
	if err != nil {
		return err
	}
	return s.printEvent(ev)
}
