package main

import (
	"context"
	"fmt"
	"io"
)

const helpHead = `Doozer reads, writes and watches the files of a Doozer cluster.

    doozer [flags] <verb> [arguments]

Verbs:

`

const helpTail = `
"doozer help <verb>" tells more. Flags, before the verb or after it:

    -a <address>   a node, host:port or host (port 8046), or several of which one
                   that answers is taken: doozer:?ca=<address>&ca=<address>
                   (else DOOZER_URI in the environment, else 127.0.0.1:8046)
    -r <revision>  get, stat, find, walk: as of that revision;
                   watch, wait: from that revision on
    -local         get, stat, find, walk, rev: what this node has, also when a
                   majority of the cluster is gone; it may lack the latest writes
    -t <time>      give up after that many seconds, or 300ms, 2m and the like
    -h             help
    -v             version
    --             what follows are arguments

When the node is lost, doozer goes on at another node of the cluster. It gives up
when none is found for 5 s; with -local at once.

An error is one line on standard error. Exit status: 0, or

      3  nobody takes writes here       20  not a directory
      4  revision no longer kept        21  is a directory
      5  revision mismatch              22  no such file or directory
      6  bad path or glob              127  another error of the node's

     64  wrong use                      74  standard input or output failed
     69  no node can be reached        124  the time limit of -t passed

After 124, or "outcome unknown", a write may have happened or not.
`

func helpVerb() verb {
	return verb{
		name: "help", args: "[verb]", max: 1, offline: true,
		brief: "explain doozer, or a verb",
		help: `Without an argument, lists all verbs and flags.

    $ doozer help set
`,
		run: func(_ context.Context, s *session, args []string) error {
			return printHelp(s.out, args)
		},
	}
}

// printHelp explains the verb that words begin with, or doozer.
func printHelp(out io.Writer, words []string) error {
	if len(words) > 0 {
		v, err := find(words[0])
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "doozer %s: %s\n\n%s", v.usage(), v.brief, v.help)
		return err
	}
	fmt.Fprint(out, helpHead)
	for _, v := range verbs() {
		fmt.Fprintf(out, "    %-25s %s\n", v.usage(), v.brief)
	}
	_, err := fmt.Fprint(out, helpTail)
	return err
}
