package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// line is a command line, taken apart: its flags may stand before the verb and
// after it, and begin with one dash or two; a negative number is a word
// (doozer set /a -1), and so is all that follows "--".
type line struct {
	root    *cobra.Command
	words   []string // the verb and its arguments
	flags   []string // as the library reads them: --name or --name=value
	command []string // to run
	pending string   // the flag whose value would come next
	help    bool
	version bool
}

// runsFlag says of a flag that all that follows it is a command to run.
const runsFlag = "runs"

func takeApart(root *cobra.Command, args []string) (*line, error) {
	l := &line{root: root}
	if err := l.take(args); err != nil {
		return nil, err
	}
	if l.pending != "" {
		return nil, usageError("-" + l.pending + " needs a value")
	}
	if l.help || l.version || len(l.words) == 0 {
		return l, nil
	}
	return l, l.fits()
}

// args is the line in the order that the library takes.
func (l *line) args() []string {
	args := append([]string{l.words[0]}, l.flags...)
	return append(append(args, "--"), l.words[1:]...)
}

func (l *line) take(args []string) error {
	for i, arg := range args {
		switch {
		case l.full() && !isFlag(arg):
			l.command = args[i:]
			return nil
		case l.pending != "":
			l.flag(l.pending + "=" + arg)
		case arg == "--":
			return l.takeWords(args[i+1:])
		case !isFlag(arg):
			l.words = append(l.words, arg)
		default:
			f, err := l.takeFlag(strings.TrimLeft(arg, "-"))
			if err != nil {
				return err
			}
			if f.Annotations[runsFlag] != nil {
				l.command = args[i+1:]
				return nil
			}
		}
	}
	return nil
}

// takeWords takes arguments that are no flags, whatever they look like.
func (l *line) takeWords(args []string) error {
	for i, arg := range args {
		if l.full() {
			l.command = args[i:]
			return nil
		}
		l.words = append(l.words, arg)
	}
	return nil
}

// full reports whether all that follows, but for flags, belongs to a command to run.
func (l *line) full() bool {
	if l.pending != "" || len(l.words) == 0 {
		return false
	}
	v, err := find(l.words[0])
	return err == nil && v.runs && len(l.words) > v.min
}

// takeFlag takes name or name=value.
func (l *line) takeFlag(arg string) (*pflag.Flag, error) {
	name, _, given := strings.Cut(arg, "=")
	switch name {
	case "h", "help":
		l.help = true
		name = "help"
	case "v", "version":
		l.version = true
		name = "version"
	}
	f := l.lookup(name)
	switch {
	case f == nil:
		return nil, usageError("there is no flag -" + name + " (doozer help)")
	case f.NoOptDefVal != "" && given:
		return nil, usageError("-" + strings.SplitN(arg, "=", 2)[0] + " takes no value")
	case f.NoOptDefVal == "" && !given:
		l.pending = name
	default:
		l.flag(arg)
	}
	return f, nil
}

func (l *line) flag(arg string) {
	l.flags = append(l.flags, "--"+arg)
	l.pending = ""
}

// lookup finds a flag, whichever verb it is of: all that have it have it alike.
func (l *line) lookup(name string) *pflag.Flag {
	if f := l.root.PersistentFlags().Lookup(name); f != nil {
		return f
	}
	for _, cmd := range l.root.Commands() {
		if f := cmd.Flags().Lookup(name); f != nil {
			return f
		}
	}
	return nil
}

// fits is an error if there is no such verb, or if it does not have the flags.
func (l *line) fits() error {
	v, err := find(l.words[0])
	if err != nil {
		return err
	}
	cmd, _, err := l.root.Find(l.words[:1])
	if err != nil {
		return err
	}
	addrs := 0
	for _, f := range l.flags {
		name, _, _ := strings.Cut(f[2:], "=")
		if name == "a" {
			addrs++
		}
		if cmd.Flags().Lookup(name) == nil && l.root.PersistentFlags().Lookup(name) == nil {
			return usageError(fmt.Sprintf("%s takes no -%s (doozer help %s)", v.name, name, v.name))
		}
	}
	if addrs > 1 {
		return usageError("-a is there twice: doozer:?ca=<address>&ca=<address> names several nodes")
	}
	return nil
}

// find finds a verb, or says which one may have been meant.
func find(name string) (*verb, error) {
	names := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, v := range verbs() {
		if v.name == name {
			return &v, nil
		}
		names.AddCommand(&cobra.Command{Use: v.name, Run: func(*cobra.Command, []string) {}, Hidden: v.name == "man"})
	}
	hint := "doozer help lists them"
	if near := names.SuggestionsFor(name); len(near) > 0 && len(name) > 2 {
		hint = "is it " + strings.Join(near, ", or ") + "? See doozer help"
	}
	return nil, usageError(fmt.Sprintf("there is no verb %s (%s)", name, hint))
}

func isFlag(arg string) bool {
	if len(arg) < 2 || arg[0] != '-' {
		return false
	}
	_, err := strconv.ParseInt(arg, 10, 64)
	return err != nil
}
