package main

import "context"

func txnVerb() verb {
	return verb{
		name: "txn", args: "[step...]", max: -1, formats: "json",
		brief: "make several changes at one revision",
		help: `Does all steps at one revision, or nothing, and prints the revision. Each
argument is a step; without any, each line of standard input is one, blank
lines and those that begin with # aside:

  check <path> <rev>        the file has exactly that revision; 0: there is
                            none; -1: there is one
  set <path> <rev> <value>  write a file, as set does; the value is the rest,
                            after one space, and may be empty
  del <path> <rev>          delete a file, as del does

or a JSON object with "op", "path", "rev", and for set "value" or "base64". All
steps are judged on the tree as it was before; a path is changed once at most,
and there are at most 128 steps, with 1 MiB of values in all. An error tells
which step it is about. Within "doozer lock", this writes only while the lock
is held:

    $ doozer txn "check $DOOZER_LOCK_FILE $DOOZER_LOCK_TOKEN" \
        'set /db/master 21 10.0.0.2' 'del /old -1'
    25
    $ doozer txn <<.
    set /a 0 a value
    {"op":"set","path":"/b","rev":-1,"value":"two\nlines\n"}
    .
    26
`,
		run:      txn,
		complete: func(*completing, []string, string) []string { return nil },
	}
}

func txn(ctx context.Context, s *session, args []string) error {
	var st steps
	var err error
	if len(args) > 0 {
		err = st.take(args)
	} else {
		err = st.read(s.input(ctx))
	}
	if err != nil {
		return err
	}
	if st.txn.Len() == 0 {
		return usageError("a transaction of no steps (doozer help txn)")
	}
	rev, err := s.client.Commit(ctx, &st.txn)
	if err != nil {
		return err
	}
	return s.printField("rev", rev)
}
