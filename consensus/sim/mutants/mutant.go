package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is a bug to plant.
type mutant struct {
	name  string
	rule  string // that it breaks
	edits []edit

	// script names a test of consensus or consensus/sim that fails with the bug,
	// where chance finds it seldom or never.
	script string

	quick bool // it is found so soon that every `make test` can do it
}

// edit replaces what stands in a file exactly once.
type edit struct {
	file     string   // below the module's root
	old, new []string // lines, the first and the last of which may be parts of one
}

// group is the mutants of a part of the protocol.
type group struct {
	part    string
	mutants []mutant
}

// plant gives the edited files of a mutant by their paths, which it reads from
// the module at root.
func (m *mutant) plant(root string) (map[string]string, error) {
	files := make(map[string]string)
	for _, e := range m.edits {
		path := filepath.Join(root, filepath.FromSlash(e.file))
		text, ok := files[path]
		if !ok {
			b, err := os.ReadFile(path)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", m.name, err)
			}
			text = string(b)
		}
		old := strings.Join(e.old, "\n")
		if n := strings.Count(text, old); n != 1 {
			return nil, fmt.Errorf("%s: what it replaces stands %d times in %s, not once:\n%s", m.name, n, e.file, old)
		}
		files[path] = strings.Replace(text, old, strings.Join(e.new, "\n"), 1)
	}
	return files, nil
}

// choose lists the mutants whose names hold one of the given words; all
// where there are none.
func choose(groups []group, parts []string) []group {
	var out []group
	for _, g := range groups {
		g.mutants = slices.DeleteFunc(slices.Clone(g.mutants), func(m mutant) bool {
			return len(parts) > 0 && !slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(m.name, part) })
		})
		if len(g.mutants) > 0 {
			out = append(out, g)
		}
	}
	return out
}
