package main

import (
	"flag"
	"fmt"
	"strings"
)

// manArg, alone, has doozerd print its manual page. It is for "make man", and not among the flags.
const manArg = "-man"

const manHead = `.TH DOOZERD 8 2026-11-24 Doozer "Doozer Manual"
.SH NAME
doozerd \- a node of a Doozer cluster
.SH SYNOPSIS
.B doozerd
.RI [ flags ]
.SH DESCRIPTION
Doozer keeps a small amount of important data for many machines, as a tree of
files, on a cluster of a few nodes, usually three or five.
.B doozerd
is such a node. Without
.B \-a
it begins a new cluster, with itself as the only member. With
.B \-a
it attaches to one: it copies the tree, follows each change, and serves clients.
It becomes a member, with a vote, as soon as a file in /ctl/cal is empty.
.PP
All data is in memory. A node that is started again is a new node, and copies the
tree from the others; when a majority of the members has died the cluster is over,
and
.B \-restore
begins another one with what doozer\-backup has saved.
.PP
It runs in the foreground, logs to standard error, and ends with SIGTERM or SIGINT,
which it logs; a second one ends it at once. To take a member out in good order, see
.B doozer help members
first.
.SH FLAGS
`

const manTail = `.SH ENVIRONMENT
The same at all nodes of a cluster:
.TP
.B DOOZER_RWSECRET
The secret that it takes to write, and to be a node. Default: none.
.TP
.B DOOZER_ROSECRET
A secret that it takes to read, or else that other one. Default: all may read.
.SH EXIT STATUS
.TP
.B 0
It ended by a signal.
.TP
.B 1
It could not begin, or not go on: one line on standard error says why.
.TP
.B 2
A flag is wrong.
.SH EXAMPLES
A cluster of two nodes, the second of which waits for a slot to become a member:
.PP
.nf
    doozerd \-l 10.0.0.1:8046
    doozerd \-l 10.0.0.2:8046 \-a 10.0.0.1:8046
.fi
.PP
Its slot:
.PP
.nf
    doozer \-a 10.0.0.1 members add 1
.fi
.SH SEE ALSO
.BR doozer (1)
`

// manPage is doozerd.8: the flags are those that there are.
func manPage() string {
	var b strings.Builder
	b.WriteString(manHead)
	fs, _ := new(options).flagSet()
	fs.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		fmt.Fprintf(&b, ".TP\n.BI \\-%s \" %s\"\n%s%s.\n", roff(f.Name), roff(value), roff(upper(text)), roff(byDefault(f)))
	})
	b.WriteString(manTail)
	return b.String()
}

// byDefault tells a flag's default, if its text does not, and if there is one.
func byDefault(f *flag.Flag) string {
	switch f.DefValue {
	case "", "false", "[]":
		return ""
	}
	return " (default " + f.DefValue + ")"
}

// roff has text stand for itself.
func roff(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "\n", " ").Replace(text)
}

// upper begins a sentence.
func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
