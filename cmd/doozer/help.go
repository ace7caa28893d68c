package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
)

const (
	helpHead = "Doozer reads, writes and watches the files of a Doozer cluster.\n    doozer [flags] <verb> [arguments]\n\n"
	helpTail = `
Flags, before the verb or after it:
    -a <address>  a node, or several: doozer:?ca=<address>&ca=<address>
    -t <time>     give up after that many seconds, or 300ms, 2m and the like
    -h, -v        help; version       (doozer help flags: all of them)
"doozer help <verb>" tells more; "doozer help exit" what an exit status means.
`
)

func helpVerb() verb {
	return verb{
		name: "help", args: "[verb]", max: 1, offline: true,
		brief: "explain doozer, or a verb",
		help: `Without an argument, lists all verbs, in 50 lines. Beside those it explains
"flags", which are there for many verbs, and "exit", the exit statuses.

    $ doozer help set
`,
		run: func(_ context.Context, s *session, args []string) error {
			return printHelp(s.out, args)
		},
		complete: func(_ *completing, args []string, _ string) []string {
			if len(args) > 0 {
				return nil
			}
			return append(names(), "flags", "exit")
		},
	}
}

// printHelp explains the verb or the topic that words begin with, or doozer.
func printHelp(out io.Writer, words []string) error {
	if len(words) == 0 {
		return printVerbs(out)
	}
	for _, t := range topics() {
		if t.name == words[0] {
			_, err := io.WriteString(out, t.text)
			return err
		}
	}
	v, err := find(words[0])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "doozer %s: %s\n\n%s%s", v.usage(), v.brief, v.help, v.flagHelp())
	return err
}

// printVerbs fits on a screen.
func printVerbs(w io.Writer) error {
	out := bufio.NewWriter(w)
	out.WriteString(helpHead)
	for _, g := range groups() {
		if g.title == "" {
			continue
		}
		out.WriteString(g.title + "\n")
		for _, v := range g.verbs {
			fmt.Fprintf(out, "    %-36s %s\n", v.usage(), v.brief)
		}
	}
	out.WriteString(helpTail)
	return out.Flush()
}

// flagHelp lists the flags that a verb has of its own.
func (v *verb) flagHelp() string {
	lines := flagLines(v.command(new(session)).Flags())
	if len(lines) == 0 {
		return ""
	}
	return "\nFlags:\n\n" + strings.Join(lines, "")
}

// names are those of all verbs that people use.
func names() (all []string) {
	for _, g := range groups() {
		for _, v := range g.verbs {
			if g.title != "" {
				all = append(all, v.name)
			}
		}
	}
	return all
}
