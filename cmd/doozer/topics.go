package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// topic is what doozer explains beside its verbs.
type topic struct{ name, text string }

func topics() []topic {
	return []topic{{"flags", flagsText()}, {"exit", exitText()}}
}

// flagsText is about the flags that all verbs have, and those that many have.
func flagsText() string {
	fs := pflag.NewFlagSet("", pflag.ContinueOnError)
	fs.SortFlags = false
	s := new(session)
	globalFlags(fs, s)
	many := verb{atRev: true, atNode: true, formats: "json, raw"}
	many.flags(fs, s)
	return "Flags stand before the verb or after it; after -- all are arguments.\n\n" +
		strings.Join(flagLines(fs), "") + `
A cluster can be named as well, doozer:?cn=<name>, if DOOZER_BOOT_URI in the
environment is another one that tells where it is. A secret comes of the address
(sk=<secret>), else of DOOZER_RWSECRET, else of DOOZER_ROSECRET.

When the node is lost, doozer goes on at another node of the cluster. It gives
up when none is found for 5 s; with -local at once. template, exec and register
do not: they say so, and when the cluster is back. All three, lock, elect and
session may be started before the cluster: without a node, or without a quorum,
they say so and wait, but for -n and -once. -t limits that.
`
}

const flagIndent = "                   "

// flagLines explains flags, in the form that they are written down in here.
func flagLines(fs *pflag.FlagSet) (lines []string) {
	fs.VisitAll(func(f *pflag.Flag) {
		value, text := pflag.UnquoteUsage(f)
		name := "-" + f.Name
		switch {
		case f.Name == "help" || f.Name == "version":
			name = name[:2]
		case f.NoOptDefVal == "":
			name += " <" + value + ">"
		}
		head := fmt.Sprintf("    %-*s", len(flagIndent)-4, name)
		if len(name) > len(flagIndent)-5 {
			head = "    " + name + "\n" + flagIndent
		}
		lines = append(lines, head+strings.ReplaceAll(text, "\n", "\n"+flagIndent)+"\n")
	})
	return lines
}

func exitText() string {
	return `An error is one line on standard error, and an exit status:

` + strings.Join(exitLines(), "") + `
After 74, 124, 130, or "outcome unknown", a write may have happened or not.
The status of a command that doozer runs is passed on; 128 and n if signal n
ended it. What lock, elect, session, register and exec run says itself why it
failed: doozer adds no line.
`
}

// exits are the exit statuses besides 0.
func exits() []exit {
	return []exit{
		{3, "nobody takes writes here"},
		{4, "that revision is no longer kept"},
		{5, "revision mismatch: a file is newer, or there already"},
		{6, "bad path or glob"},
		{20, "not a directory"},
		{21, "is a directory"},
		{22, "no such file or directory"},
		{exitUsage, "wrong use"},
		{exitData, "what was to be read makes no sense"},
		{exitUnreachable, "no node can be reached"},
		{exitRefused, "refused: it would cost the quorum"},
		{exitIO, "a file, or standard input or output, failed"},
		{exitLost, "the session, and what was held with it, was lost"},
		{exitLocked, "somebody else has the lock, or is the leader"},
		{exitLate, "the time limit passed, that of -t as a rule"},
		{126, "the command could not be run"},
		{127, "another error, as no quorum; or no such command"},
		{exitInterrupted, "interrupted"},
	}
}

type exit struct {
	status int
	text   string
}

func exitLines() (lines []string) {
	for _, e := range exits() {
		lines = append(lines, fmt.Sprintf("    %4d  %s\n", e.status, e.text))
	}
	return lines
}
