package examples

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

// Requests go on while a server is killed, whose entry goes within a lease; and it comes back.
func TestNameService(t *testing.T) {
	t.Parallel()
	newShell(t).follow("nameservice/README.md")
}

// A master that was stopped is replaced, and refused when it comes back.
func TestMaster(t *testing.T) {
	t.Parallel()
	newShell(t).follow("master/README.md")
}

// The code on the pages is that of the programs.
func TestQuotes(t *testing.T) {
	pages, err := filepath.Glob("*/README.md")
	assert.Equal(t, nil, err)
	assert.Equal(t, 2, len(pages))
	for _, page := range pages {
		all := quotes(readFile(t, page))
		assert.T(t, len(all) > 0, page)
		for _, code := range all {
			if !strings.Contains(programs(t, filepath.Dir(page)), unindented(code)) {
				t.Errorf("%s shows what is in none of its programs:\n%s", page, code)
			}
		}
	}
}

// programs is the code of an example.
func programs(t *testing.T, dir string) (code string) {
	t.Helper()
	files, err := filepath.Glob(dir + "/*/*.go")
	assert.Equal(t, nil, err)
	for _, path := range files {
		code += unindented(readFile(t, path)) + "\n"
	}
	return code
}
