package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

// TestDocsNameTests: each test that the pages name as what backs a promise is
// there.
func TestDocsNameTests(t *testing.T) {
	tests := map[string]bool{}
	defined := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range defined.FindAllSubmatch(text, -1) {
			tests[string(m[1])] = true
		}
		return err
	})
	assert.Equal(t, nil, err)
	named := regexp.MustCompile("`(Test\\w+)`")
	for _, page := range []string{"guarantees.md", "testing.md"} {
		text, err := os.ReadFile(filepath.Join("../../doc", page))
		assert.Equal(t, nil, err)
		for _, m := range named.FindAllSubmatch(text, -1) {
			if !tests[string(m[1])] {
				t.Errorf("doc/%s names %s, and there is no such test", page, m[1])
			}
		}
	}
}
