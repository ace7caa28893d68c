package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// groups is the table of what doozer can do, in the order of its help.
func groups() []group {
	return []group{
		{"Files", []verb{getVerb(), setVerb(), addVerb(), delVerb(), touchVerb(), statVerb()}},
		{"Many files", []verb{findVerb(), walkVerb(), treeVerb(), getdirVerb(), cpVerb(), importVerb(), exportVerb()}},
		{"Together", []verb{txnVerb(), lockVerb(), electVerb(), leaderVerb(), registerVerb(), sessionVerb(), esetVerb(), checkinVerb()}},
		{"Changes", []verb{watchVerb(), waitVerb(), waitDurableVerb(), templateVerb(), execVerb()}},
		{"The cluster", []verb{statusVerb(), membersVerb(), revVerb(), selfVerb(), nopVerb(), benchVerb()}},
		{"Doozer itself", []verb{helpVerb(), completionVerb()}},
		{"", []verb{manVerb()}}, // for those who build it
	}
}

// group is verbs with something in common.
type group struct {
	title string // empty: not in the help
	verbs []verb
}

// verb is one thing that doozer does; each has a file of its own.
type verb struct {
	name     string
	args     string // as its help shows them
	min, max int    // number of arguments; max below 0: any
	atRev    bool   // -r is of use
	rev      string // what it is of use for, if that is not as with others
	atNode   bool   // -local is of use
	compares bool   // the second argument is a revision, for session.rev
	offline  bool   // it needs no node
	connects bool   // it connects itself, when what it is to do makes sense
	patient  bool   // it goes on when the cluster is out of reach
	tidies   bool   // it has something to put in order when a signal ends it
	formats  string // what -o takes beside text
	runs     bool   // what follows the arguments is a command to run
	brief    string // one line
	help     string // all else there is to know, with an example

	run      action
	setup    func(fs *pflag.FlagSet) action // in place of run, for one with flags of its own
	complete completer                      // nil: its first argument is a path
}

// action does what a verb does.
type action func(ctx context.Context, s *session, args []string) error

// verbs is all of them.
func verbs() (all []verb) {
	for _, g := range groups() {
		all = append(all, g.verbs...)
	}
	return all
}

func (v *verb) usage() string { return strings.TrimSuffix(v.name+" "+v.args, " ") }

// newRoot is doozer as the library sees it: a tree of commands, with their flags.
func newRoot(s *session) *cobra.Command {
	root := &cobra.Command{Use: "doozer", SilenceErrors: true, SilenceUsage: true}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetOut(s.out)
	globalFlags(root.PersistentFlags(), s)
	values(root, "color", []string{"auto", "always", "never"})
	values(root, "a", nil)
	values(root, "t", nil)
	for _, v := range verbs() {
		cmd := v.command(s)
		if v.name == "help" {
			root.SetHelpCommand(cmd)
		}
		root.AddCommand(cmd)
	}
	return root
}

// command makes of a line of the table a command.
func (v verb) command(s *session) *cobra.Command {
	cmd := &cobra.Command{Use: v.usage(), Short: v.brief, Hidden: v.name == "man"}
	act := v.run
	if v.setup != nil {
		act = v.setup(cmd.Flags())
	}
	v.flags(cmd.Flags(), s)
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return wrongFlag(err) })
	cmd.Args = func(_ *cobra.Command, words []string) error { return v.check(s, words) }
	cmd.RunE = func(_ *cobra.Command, words []string) error { return s.do(&v, act, words) }
	cmd.ValidArgsFunction = v.completions(s)
	if v.formats != "" {
		values(cmd, "o", append(strings.Split(v.formats, ", "), "text"))
	}
	return cmd
}

// check is an error if there are too few arguments, or too many.
func (v *verb) check(s *session, words []string) error {
	if len(words) < v.min || v.max >= 0 && len(words) > v.max || v.runs && len(s.command) == 0 {
		return usageError("usage: doozer " + v.usage())
	}
	return nil
}
