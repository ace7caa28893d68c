//go:build race

package raced

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

// aVerb is the environment variable that makes a program of the tests.
const aVerb = "RACED_VERB"

func TestMain(m *testing.M) {
	switch os.Getenv(aVerb) {
	case "race":
		race()
		os.Exit(1)
	case "fail":
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func race() (n int) {
	done := make(chan struct{})
	go func() {
		n++
		close(done)
	}()
	n++
	<-done
	return n
}

// blind is tests that run a program, and do not look how it ends.
type blind struct {
	verb   string
	status int
}

func (b blind) Run() int {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), aVerb+"="+b.verb)
	_ = cmd.Run()
	return b.status
}

func TestRaceFails(t *testing.T) {
	t.Setenv("GORACE", "")
	var stderr strings.Builder
	assert.Equal(t, 1, M{blind{"race", 0}}.run(&stderr))
	assert.T(t, strings.Contains(stderr.String(), "WARNING: DATA RACE"), stderr.String())
	assert.T(t, strings.HasSuffix(stderr.String(), "\nprograms with races: 1\n"), stderr.String())
}

func TestNoRace(t *testing.T) {
	for _, status := range []int{0, 3} {
		t.Setenv("GORACE", "")
		var stderr strings.Builder
		assert.Equal(t, status, M{blind{"fail", status}}.run(&stderr))
		assert.Equal(t, "", stderr.String())
	}
}

// Who asked for something else gets it.
func TestOwnOptions(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("GORACE", "log_path="+filepath.Join(dir, "own"))
	var stderr strings.Builder
	assert.Equal(t, 0, M{blind{"race", 0}}.run(&stderr))
	assert.NotEqual(t, nil, tell(&stderr, dir))
}
