package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bmizerany/assert"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every verb explains itself, with an example that begins with it, in lines that
// fit on a screen.
func TestHelpHasExamples(t *testing.T) {
	for _, v := range verbs() {
		var out bytes.Buffer
		assert.Equal(t, nil, printHelp(&out, []string{v.name}))
		assert.T(t, strings.HasPrefix(out.String(), "doozer "+v.name), v.name)
		example := strings.SplitN(out.String(), "\n    $ ", 2)
		assert.T(t, len(example) == 2 && strings.Contains(example[1], " "+v.name), v.name)
		fits(t, v.name, out.String(), 80)
	}
}

// The list of verbs is one screen of 80 by 50, which the prompt is on as well.
func TestHelpFitsOnAScreen(t *testing.T) {
	var out bytes.Buffer
	assert.Equal(t, nil, printHelp(&out, nil))
	fits(t, "doozer help", out.String(), 80)
	assert.T(t, strings.Count(out.String(), "\n") < 50, strings.Count(out.String(), "\n"))
	for _, topic := range topics() {
		fits(t, topic.name, topic.text, 80)
	}
}

func fits(t *testing.T, what, text string, width int) {
	for line := range strings.Lines(text) {
		assert.T(t, utf8.RuneCountInString(line) <= width+1, what, line)
	}
}

// A flag may stand before the verb: so all that have a flag of one name have it
// with a value, or all without.
func TestFlagsAreAlike(t *testing.T) {
	seen := map[string]string{}
	check := func(f *pflag.Flag) {
		first, ok := seen[f.Name]
		assert.T(t, !ok || first == f.NoOptDefVal, f.Name)
		seen[f.Name] = f.NoOptDefVal
	}
	root := newRoot(new(session))
	root.PersistentFlags().VisitAll(check)
	for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
		cmd.Flags().VisitAll(check)
	}
	assert.T(t, len(seen) > 6)
}

// The manual page in the repository is that of these texts ("make man").
func TestManPage(t *testing.T) {
	page, err := os.ReadFile("../../doc/man/doozer.1")
	assert.Equal(t, nil, err)
	assert.T(t, manPage() == string(page), `doc/man/doozer.1 is stale: "make man" makes it`)
}
