package main

import (
	"context"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

// TestMutantsApply: what every planted bug replaces stands in the code, once,
// and what comes of it compiles.
func TestMutantsApply(t *testing.T) {
	root, err := moduleRoot(t.Context())
	assert.Equal(t, nil, err)
	checkers := map[string]*checker{
		"consensus": newChecker(t, root, "consensus"),
		"sim":       newChecker(t, root, "consensus/sim"),
		"store":     newChecker(t, root, "store"),
	}
	groups, err := load(root)
	assert.Equal(t, nil, err)
	names := make(map[string]bool)
	for _, g := range groups {
		for i := range g.mutants {
			m := &g.mutants[i]
			assert.T(t, !names[m.name], m.name)
			names[m.name] = true
			files, err := m.plant(root)
			if err != nil {
				t.Error(err)
				continue
			}
			for name, c := range checkers {
				if err := c.check(files); err != nil {
					t.Errorf("%s: %s: %v", m.name, name, err)
				}
			}
		}
	}
	assert.T(t, len(names) >= 40, len(names))
}

// checker checks the types of a package.
type checker struct {
	dir    string
	fset   *token.FileSet
	config types.Config
	parsed map[string]*ast.File // as they are, by path
}

// newChecker also finds where the compiled packages lie that the one in dir imports.
func newChecker(t *testing.T, root, dir string) *checker {
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "./"+dir)
	list.Dir = root
	out, err := list.Output()
	assert.Equal(t, nil, err)
	exports := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path] = file
	}
	open := func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) }
	c := &checker{dir: filepath.Join(root, dir), fset: token.NewFileSet(), parsed: make(map[string]*ast.File)}
	c.config.Importer = importer.ForCompiler(c.fset, "gc", open)
	paths, err := filepath.Glob(filepath.Join(c.dir, "*.go"))
	assert.Equal(t, nil, err)
	for _, path := range paths {
		if !strings.HasSuffix(path, "_test.go") {
			c.parsed[path], err = parser.ParseFile(c.fset, path, nil, parser.SkipObjectResolution)
			assert.Equal(t, nil, err)
		}
	}
	return c
}

// check checks the package, if any of the files are its own, with these in place
// of those of their paths.
func (c *checker) check(files map[string]string) error {
	parsed := maps.Clone(c.parsed)
	changed := false
	for path, text := range files {
		if filepath.Dir(path) != c.dir {
			continue
		}
		changed = true
		f, err := parser.ParseFile(c.fset, path, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		parsed[path] = f
	}
	if !changed {
		return nil
	}
	_, err := c.config.Check(c.dir, c.fset, slices.Collect(maps.Values(parsed)), nil)
	return err
}

// TestMutantsAreCaught runs schedules of the planted bugs that are found soon. The whole table is the work of `go run ./consensus/sim/mutants`.
func TestMutantsAreCaught(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles a copy of consensus for each")
	}
	root, err := moduleRoot(t.Context())
	assert.Equal(t, nil, err)
	groups, err := load(root)
	assert.Equal(t, nil, err)
	quick := 0
	for i, g := range groups {
		groups[i].mutants = slices.DeleteFunc(g.mutants, func(m mutant) bool { return !m.quick })
		quick += len(groups[i].mutants)
	}
	assert.T(t, quick >= 8, quick)
	b := &bench{root: root, dir: t.TempDir(), starts: 1, limit: 400}
	_, err = b.tryAll(context.Background(), groups, 2, func(m *mutant, o *outcome) {
		t.Logf("%s: %d schedules, %s", m.name, o.median(), o.kinds())
		if len(o.found) == 0 {
			t.Errorf("%s: not found in %d schedules", m.name, b.limit)
		}
	})
	assert.Equal(t, nil, err)
}

// TestJudge tells the findings of the checkers apart.
func TestJudge(t *testing.T) {
	for err, kind := range map[string]string{
		"at    12.345ms: agreement: a1 learned #3 at 7, where #2 was learned":   "agreement",
		"at    12.345ms: a1: votes at 7, having applied 9":                      "conduct",
		"at    12.345ms: stale read: a1 answers operation 3 at 4":               "stale read",
		"at    12.345ms: liveness:  3.000ms after all faults ended: ms: 3":      "liveness",
		"at    12.345ms: panic: consensus: next moved down\ngoroutine 1":        "assertion",
		"at    12.345ms: panic: runtime error: index out of range":              "crash",
		"hang: a schedule took longer than 15s":                                 "hang",
		"at    12.345ms: linearizability: the history of register 1 is not ...": "linearizability",
	} {
		assert.Equal(t, kind, judge(err), err)
	}
}

// TestMedian counts starts that found nothing as found last.
func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		found       []int
		starts, exp int
	}{
		{[]int{5, 1, 9}, 3, 5},
		{[]int{5, 1}, 3, 5},
		{[]int{1}, 2, 0},
		{[]int{1}, 3, 0},
		{nil, 3, 0},
		{[]int{7}, 1, 7},
	} {
		o := outcome{found: tt.found, starts: tt.starts}
		assert.Equal(t, tt.exp, o.median())
	}
}

// TestInsert replaces what stands between the two lines of a page.
func TestInsert(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	write := func(text string) { assert.Equal(t, nil, os.WriteFile(page, []byte(text), 0o600)) }
	write("head\n" + begins + "old\n" + ends + "tail\n")
	for range 2 {
		assert.Equal(t, nil, insert(page, "\nnew\n"))
		text, err := os.ReadFile(page)
		assert.Equal(t, nil, err)
		assert.Equal(t, "head\n"+begins+"\nnew\n\n"+ends+"tail\n", string(text))
	}
	write("head\n")
	assert.NotEqual(t, nil, insert(page, "new"))
}

// TestParse: what each line of a list of bugs means, and what means nothing.
func TestParse(t *testing.T) {
	g, err := parse("part P\n\nbug  b 1\nrule r 1\nquick\ntest TestX\nin   a/b.go\n-\told {\n-\n-x\n+new\nin   c.go\n-gone\n\nbug b2\n")
	assert.Equal(t, nil, err)
	assert.Equal(t, group{"P", []mutant{
		{name: "b 1", rule: "r 1", quick: true, script: "TestX", edits: []edit{
			{"a/b.go", []string{"\told {", "", "x"}, []string{"new"}}, {"c.go", []string{"gone"}, nil},
		}},
		{name: "b2"},
	}}, g)
	for _, text := range []string{"rule r", "bug b\n-x", "bug b\nin a.go\nwhat", "in a.go"} {
		_, err := parse(text)
		assert.NotEqual(t, nil, err, text)
	}
}
