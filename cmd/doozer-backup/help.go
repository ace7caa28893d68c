package main

import (
	"context"
	"flag"
	"fmt"
	"io"
)

const helpHead = `Doozer-backup keeps the data of a Doozer cluster on disk, and gets it back.

    doozer-backup <verb> [flags] [arguments]

Verbs:

`

const helpTail = `
"doozer-backup help <verb>" tells more. An error is one line on standard error.
Exit status: 0, or

     64  wrong use                    69  no node can be reached
     65  something is damaged         74  a file could not be read or written
     66  not in the journal           75  another process writes to the folder
                                     130  interrupted

and the errors of a node as with doozer (doozer help).
`

func helpVerb() verb {
	return verb{
		name: "help", args: "[verb]",
		brief: "explain doozer-backup, or a verb",
		help: `Without an argument, lists all verbs.

    $ doozer-backup help restore
`,
		setup: func(*flag.FlagSet) action {
			return func(_ context.Context, e *env, args []string) error {
				if len(args) == 0 {
					return printAll(e.out)
				}
				v, err := find(args[0])
				if err != nil {
					return err
				}
				return v.printHelp(e.out)
			}
		},
	}
}

func printAll(out io.Writer) error {
	fmt.Fprint(out, helpHead)
	for _, v := range verbs() {
		fmt.Fprintf(out, "    %-10s %s\n", v.name, v.brief)
	}
	_, err := fmt.Fprint(out, helpTail)
	return err
}

// printHelp explains a verb.
func (v *verb) printHelp(out io.Writer) error {
	fmt.Fprintf(out, "doozer-backup %s: %s\n\n%s", v.usage(), v.brief, v.help)
	fs := v.flagSet()
	v.setup(fs)
	if v.hasFlags() {
		fmt.Fprint(out, "\nFlags:\n\n")
	}
	fs.SetOutput(out)
	fs.PrintDefaults()
	return nil
}

func (v *verb) usage() string {
	usage := v.name
	if v.hasFlags() {
		usage += " [flags]"
	}
	if v.args != "" {
		usage += " " + v.args
	}
	return usage
}

func (v *verb) hasFlags() (has bool) {
	fs := v.flagSet()
	v.setup(fs)
	fs.VisitAll(func(*flag.Flag) { has = true })
	return has
}
