package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

// The program in README is built by the commands that stand below it, and does what it says.
func TestReadmeProgram(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	root, err := filepath.Abs("../..")
	assert.Equal(t, nil, err)
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	assert.Equal(t, nil, err)
	found := regexp.MustCompile("(?s)## From Go.*?```go\n(.*?)```.*?((?:\n    [^\n]*)+)").FindStringSubmatch(string(text))
	if found == nil {
		t.Fatal("README has no program")
	}
	dir := t.TempDir()
	assert.Equal(t, nil, os.WriteFile(filepath.Join(dir, "main.go"), []byte(found[1]), 0o644))
	out := ""
	for line := range strings.Lines(strings.TrimPrefix(found[2], "\n")) {
		cmd := exec.CommandContext(timed(t), "sh", "-c", strings.ReplaceAll(line, "/path/to/the/clone", root))
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "DOOZER_URI="+n.addr, "GOFLAGS=")
		all, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s%s", line, all)
		}
		out = string(all)
	}
	_, rev := get(t, n.c, "/imported")
	assert.T(t, rev > 0 && regexp.MustCompile(`^imported at \d+\n$`).MatchString(out), rev, out)
}
