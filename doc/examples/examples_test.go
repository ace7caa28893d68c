package examples

import (
	"path/filepath"
	"regexp"
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

var applied = regexp.MustCompile(`(?m)^at revision (\d+): (.*)$`)

// Three processes go by one configuration, and see each change of it as a whole, at the same revision.
func TestConfig(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.follow("config/README.md")
	at := make(map[int64]string) // what all saw at a revision
	for _, log := range []string{"app1.log", "app2.log", "app3.log"} {
		last := int64(0)
		for _, line := range applied.FindAllStringSubmatch(readFile(t, filepath.Join(s.dir, log)), -1) {
			rev, config := parse(line[1]), line[2]
			assert.T(t, rev > last, log, line)
			assert.T(t, at[rev] == "" || at[rev] == config, at[rev], config)
			at[rev], last = config, rev
		}
	}
	assert.T(t, len(at) >= 4, at)
}

// The code on the pages is that of the programs.
func TestQuotes(t *testing.T) {
	pages, err := filepath.Glob("*/README.md")
	assert.Equal(t, nil, err)
	assert.Equal(t, 3, len(pages))
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
