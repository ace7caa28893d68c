// Package raced is for tests that run a program, itself a race build if they are one.
package raced

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// M is the tests of a package, as *testing.M is, with all that they run.
type M struct {
	Tests interface{ Run() int }
}

// Run runs the tests and returns their exit status, which is not 0 if there was a
// race in any program that they ran. That program's own status does not tell: only
// a 0 becomes another one by a race, and not every test looks.
//
// It sets GORACE for the programs. What was there before has precedence.
func (m M) Run() int { return m.run(os.Stderr) }

func (m M) run(stderr io.Writer) int {
	dir, err := os.MkdirTemp("", "raced-")
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	err = os.Setenv("GORACE", options(dir)+os.Getenv("GORACE"))
	status := m.Tests.Run()
	if err = errors.Join(err, tell(stderr, dir)); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return status
}

// options has a program write its races to files in dir, and end at once: it would wait
// for a second, for a race that is just being reported, and tests run hundreds.
func options(dir string) string {
	return "atexit_sleep_ms=0 log_path=" + filepath.Join(dir, "race") + " "
}

// tell copies the reports in dir to w. It is an error that there are any.
func tell(w io.Writer, dir string) error {
	reports, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, r := range reports {
		text, err := os.ReadFile(filepath.Join(dir, r.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s", text)
	}
	if len(reports) > 0 {
		return fmt.Errorf("programs with races: %d", len(reports))
	}
	return nil
}
