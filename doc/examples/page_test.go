package examples

import (
	"os"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

// step is a command of a page, and what the page shows of its output.
type step struct{ command, shows string }

// steps are all commands of a page, in order: the lines of indented blocks that begin with "$ ", each
// followed by its output.
func steps(page string) (all []step) {
	open := false // what follows is output
	for line := range strings.SplitSeq(page, "\n") {
		text, indented := strings.CutPrefix(line, "    ")
		command, typed := strings.CutPrefix(text, "$ ")
		switch {
		case indented && typed:
			all = append(all, step{command: command})
			open = true
		case open && (indented || line == ""):
			all[len(all)-1].shows += strings.TrimRight(text, " ") + "\n"
		default:
			open = false
		}
	}
	return all
}

// quotes are the blocks of Go code on a page.
func quotes(page string) (all []string) {
	for i, block := range strings.Split(page, "```") {
		if code, ok := strings.CutPrefix(block, "go\n"); ok && i%2 == 1 {
			all = append(all, code)
		}
	}
	return all
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	assert.Equal(t, nil, err)
	return string(text)
}

// unindented is text without what its lines are indented by.
func unindented(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, strings.TrimLeft(line, "\t "))
	}
	return strings.Join(lines, "\n")
}
