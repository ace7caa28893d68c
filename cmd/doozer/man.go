package main

import (
	"context"
	"fmt"
	"strings"
)

func manVerb() verb {
	return verb{
		name: "man", offline: true,
		brief: "print the manual page",
		help: `Prints the manual page, doozer.1, which is made of the same texts as this help.

    $ doozer man | man -l -
`,
		run: func(_ context.Context, s *session, _ []string) error {
			_, err := s.out.WriteString(manPage())
			return err
		},
	}
}

const manHead = `.TH DOOZER 1 2026-11-24 Doozer "Doozer Manual"
.SH NAME
doozer \- read, write and watch the files of a Doozer cluster
.SH SYNOPSIS
.B doozer
.RI [ flags ]
.I verb
.RI [ arguments ]
.SH DESCRIPTION
Doozer keeps a small amount of important data for many machines, as a tree of
files, on a cluster of a few nodes.
.B doozer
is its client for the shell. Every change has a number, its
.IR revision ,
and a write can be made to depend on it.
.SH VERBS
`

const manTail = `.SH ENVIRONMENT
.TP
.B DOOZER_URI
The cluster, when there is no
.BR \-a .
.TP
.B DOOZER_BOOT_URI
A cluster that tells where the one is that DOOZER_URI names.
.TP
.BR DOOZER_RWSECRET ", " DOOZER_ROSECRET
A secret, when the address names none; the first, if both are there.
.TP
.B NO_COLOR
With any value but the empty one: no colours.
.PP
A command that doozer runs inherits the environment, the secrets included, and is
told by it:
.TP
.B DOOZER_URI
The cluster, as the address that doozer was given, with the secret in it if there is
one.
.TP
.BR DOOZER_LOCK_TOKEN ", " DOOZER_LOCK_FILE
The fencing token, and the file by which the lock is held
.RB ( lock ", " elect ).
.TP
.B DOOZER_SESSION
The session's name
.RB ( session ", " lock ", " elect ).
.TP
.BR DOOZER_PATH ", " DOOZER_REV ", " DOOZER_EVENT
What has changed, at which revision, and how: set, del or batch
.RB ( watch ).
.TP
.B DOOZER_FILE
The file that was rendered
.RB ( template ).
.SH SEE ALSO
.BR doozerd (8)
`

// manPage is doozer.1.
func manPage() string {
	var b strings.Builder
	b.WriteString(manHead)
	for _, g := range groups() {
		for _, v := range g.verbs {
			if g.title != "" {
				fmt.Fprintf(&b, ".SS %s\n%s.\n.PP\n%s", roff(v.usage()), roff(upper(v.brief)), manText(v.help+v.flagHelp()))
			}
		}
	}
	b.WriteString(".SH FLAGS\n" + manText(flagsText()))
	b.WriteString(".SH EXIT STATUS\n" + manText(exitText()))
	b.WriteString(manTail)
	return b.String()
}

// manText makes paragraphs of text, and shows what is indented as it stands.
func manText(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(strings.TrimRight(text, "\n"), "\n\n") {
		part = strings.Trim(part, "\n")
		switch {
		case part == "":
		case strings.HasPrefix(part, "  "):
			fmt.Fprintf(&b, ".PP\n.nf\n%s\n.fi\n", roff(part))
		case i > 0:
			b.WriteString(".PP\n")
			fallthrough
		default:
			b.WriteString(roff(part) + "\n")
		}
	}
	return b.String()
}

// roff has text stand for itself.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	text = strings.ReplaceAll("\n"+text, "\n.", "\n\\&.")
	return strings.ReplaceAll(text, "\n'", "\n\\&'")[1:]
}

// upper begins a sentence.
func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
