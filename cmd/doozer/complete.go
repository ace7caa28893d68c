package main

import (
	"bytes"
	"strings"

	"github.com/spf13/cobra"
)

// completer yields what the next argument may be, after args; what does not
// begin as the word that is typed is left out. nil has the shell offer files.
type completer func(c *completing, args []string, word string) []string

// completing is what a completer may ask.
type completing struct {
	s     *session
	files bool // let the shell offer the files of this machine
	open  bool // no space follows
}

func isCompletion(word string) bool {
	return word == cobra.ShellCompRequestCmd || word == cobra.ShellCompNoDescRequestCmd
}

// complete answers the scripts of "doozer completion": of what is typed args
// has all but the last word in the library's form. What fails is silent.
func (s *session) complete(root *cobra.Command, args []string) error {
	typed, word := args[1:len(args)-1], args[len(args)-1]
	l := &line{root: root}
	if err := l.take(typed); err != nil {
		return nil
	}
	if l.command != nil || l.full() {
		_, err := s.out.WriteString(":0\n") // the shell knows best what comes in a command
		return err
	}
	asked := append([]string{args[0]}, l.words...)
	if len(l.words) == 0 {
		asked = append(asked, l.flags...)
	} else {
		asked = append(append([]string{args[0], l.words[0]}, l.flags...), positives(l.words[1:])...)
	}
	single := strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "--")
	switch {
	case l.pending != "":
		asked = append(asked, "--"+l.pending)
	case single:
		word = "-" + word
	}
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(new(bytes.Buffer))
	root.SetArgs(append(asked, word))
	if err := root.Execute(); err != nil {
		return nil
	}
	_, err := s.out.WriteString(dashes(out.String(), single))
	return err
}

// positives has no word that the library takes for a flag.
func positives(words []string) (plain []string) {
	for _, w := range words {
		plain = append(plain, strings.TrimLeft(w, "-"))
	}
	return plain
}

// dashes writes flags as they were typed.
func dashes(completions string, single bool) string {
	completions = strings.ReplaceAll(completions, "`", "")
	if !single {
		return completions
	}
	return strings.ReplaceAll("\n"+completions, "\n--", "\n-")[1:]
}

// completions is a verb's completer as the library wants it.
func (v *verb) completions(s *session) cobra.CompletionFunc {
	complete := v.complete
	if complete == nil {
		complete = firstPath
	}
	if v.max == 0 {
		complete = func(*completing, []string, string) []string { return nil }
	}
	return func(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		c := &completing{s: s}
		var list []string
		for _, w := range complete(c, args, word) {
			if strings.HasPrefix(w, word) {
				list = append(list, w)
			}
		}
		switch {
		case c.files:
			return nil, cobra.ShellCompDirectiveDefault
		case c.open:
			return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
}

// values are what a flag of cmd may have; it panics if there is no such flag.
func values(cmd *cobra.Command, flag string, list []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err)
	}
}

// firstPath is for verbs whose first argument is a path.
func firstPath(c *completing, args []string, word string) []string {
	if len(args) > 0 {
		return nil
	}
	return c.paths(word)
}
