package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ha/doozer/cmd/internal/raced"
)

func TestMain(m *testing.M) {
	testscript.Main(raced.M{Tests: m}, map[string]func(){"doozer-backup": main})
}

// Each script has the journals good and gap (journal_test.go) in its folder, and a node of its own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata",
		Setup: setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"fails": fails,
			"flip":  flip,
			"cut":   cut,
			"node":  nodeDo,
		},
	})
}

func setup(env *testscript.Env) error {
	if err := makeJournals(env.WorkDir); err != nil {
		return err
	}
	n, addr, end, err := serve()
	if err != nil {
		return err
	}
	env.Defer(end)
	env.Setenv("DOOZER_URI", addr)
	env.Setenv("TZ", "Etc/GMT-2") // two hours ahead of UTC
	env.Values[aNode] = n
	return nil
}

// fails <status> <command...>: the command ends with that exit status, and one line about it that ends
// standard error.
func fails(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || strconv.Itoa(exit.ExitCode()) != args[0] {
		ts.Fatalf("%v: got %v, want exit status %s", args[1:], err, args[0])
	}
	told := strings.Split(ts.ReadFile("stderr"), "\n")
	if len(told) < 2 || told[len(told)-1] != "" {
		ts.Fatalf("standard error does not end with a line: %q", told)
	}
	for _, line := range told[:len(told)-1] {
		if !strings.HasPrefix(line, "doozer-backup: ") {
			ts.Fatalf("standard error has the line %q", line)
		}
	}
}

// flip <file> <offset>: damages a byte; an offset below 0 is from the end.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	b := []byte(ts.ReadFile(path))
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 1
	ts.Check(os.WriteFile(path, b, 0o600))
}

// cut <file> <bytes>: shortens it by so many.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(path, int64(len(ts.ReadFile(path)))-n))
}
