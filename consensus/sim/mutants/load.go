package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The bugs stand in files of this form:
//
//	part  the title of this part of the table
//
//	bug   its name
//	rule  what it breaks
//	quick                       every `make test` plants it
//	test  TestScriptOfItsOwn
//	in    consensus/acceptor.go
//	-what stands there once, one or more lines
//	+what replaces it, if anything
//
// Whole lines or parts of them may be replaced; further edits, in the same file or
// another one, begin with an in of their own.

// load reads all bugs, and before them the code as it is for a control.
func load(root string) ([]group, error) {
	groups := []group{{"Control", []mutant{{name: "none"}}}}
	for _, file := range []string{
		"words", "agreement", "coordinators", "proposals", "skips", "liveness",
		"membership", "reads", "holds", "leases", "store",
	} {
		path := filepath.Join(root, "consensus", "sim", "mutants", "bugs", file+".txt")
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		g, err := parse(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		groups = append(groups, g)
	}
	return groups, nil
}

// parse reads the bugs of a file.
func parse(text string) (group, error) {
	var g group
	for i, line := range strings.Split(text, "\n") {
		if err := g.take(line); err != nil {
			return g, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return g, nil
}

// take adds what a line tells.
func (g *group) take(line string) error {
	if line == "" {
		return nil
	}
	var m *mutant
	var e *edit
	if n := len(g.mutants); n > 0 {
		m = &g.mutants[n-1]
		if n := len(m.edits); n > 0 {
			e = &m.edits[n-1]
		}
	}
	key, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case key == "part":
		g.part = rest
	case key == "bug":
		g.mutants = append(g.mutants, mutant{name: rest})
	case m == nil:
		return errors.New("no bug yet")
	case key == "rule":
		m.rule = rest
	case key == "quick":
		m.quick = true
	case key == "test":
		m.script = rest
	case key == "in":
		m.edits = append(m.edits, edit{file: rest})
	case e == nil:
		return errors.New("in no file yet")
	case line[0] == '-':
		e.old = append(e.old, line[1:])
	case line[0] == '+':
		e.new = append(e.new, line[1:])
	default:
		return fmt.Errorf("what is %q?", key)
	}
	return nil
}
