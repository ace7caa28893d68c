package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bmizerany/assert"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/cmd/internal/raced"
)

func TestMain(m *testing.M) {
	testscript.Main(raced.M{Tests: built{m}}, map[string]func(){"doozer": main, "lateloan": lateLoan})
}

// built is the tests, with a doozerd in the PATH.
type built struct{ *testing.M }

func (b built) Run() int {
	heedSignals()
	dir, err := os.MkdirTemp("", "doozer-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = buildInto(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return b.M.Run()
}

// heedSignals has the programs under test hear SIGHUP and SIGINT: what is started with them ignored, as by nohup,
// leaves them so, and that is inherited.
func heedSignals() {
	for _, sig := range []os.Signal{syscall.SIGHUP, syscall.SIGINT} {
		if signal.Ignored(sig) {
			signal.Notify(make(chan os.Signal, 1), sig) // nobody takes it out: here it stays ignored
		}
	}
}

func buildInto(dir string) error {
	cmd := exec.Command("go", "build", "-o", dir, "github.com/ha/doozer/cmd/doozerd")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// aNode is the key of a script's node.
const aNode = "node"

// Each script has a node of its own, that DOOZER_URI names; "alone" has it lose
// its majority.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			n, addr, end, err := serve()
			if err != nil {
				return err
			}
			env.Defer(end)
			env.Setenv("DOOZER_URI", addr)
			env.Setenv("ADDR", addr)
			env.Values[aNode] = n
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"fails":  fails,
			"passes": passes,
			"until":  until,
			"alone":  func(ts *testscript.TestScript, _ bool, _ []string) { ts.Value(aNode).(*loner).alone.Store(true) },
		},
	})
}

// fails <status> <command...>: the command ends with that exit status, one
// line on standard error, and nothing on standard output.
func fails(ts *testscript.TestScript, _ bool, args []string) {
	ends(ts, args)
	line := ts.ReadFile("stderr")
	if !strings.HasPrefix(line, "doozer: ") || strings.Index(line, "\n") != len(line)-1 {
		ts.Fatalf("standard error is not one line: %q", line)
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("standard output: %q", out)
	}
}

// passes <status> <command...>: the command passes that exit status on, and says nothing.
func passes(ts *testscript.TestScript, _ bool, args []string) {
	ends(ts, args)
	if said := ts.ReadFile("stdout") + ts.ReadFile("stderr"); said != "" {
		ts.Fatalf("it says %q", said)
	}
}

// ends <status> <command...>: the command ends with that exit status.
func ends(ts *testscript.TestScript, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || strconv.Itoa(exit.ExitCode()) != args[0] {
		ts.Fatalf("%v: got %v, want exit status %s", args[1:], err, args[0])
	}
}

// until <regexp> <command...>: runs a command until its output matches.
func until(ts *testscript.TestScript, _ bool, args []string) {
	want := regexp.MustCompile("(?m)" + args[0])
	var out string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		_ = ts.Exec(args[1], args[2:]...) // its output tells
		if out = ts.ReadFile("stdout"); want.MatchString(out) {
			return
		}
	}
	ts.Fatalf("%v: no match for %q in %q", args[1:], args[0], out)
}

// A change is on standard output as soon as it happened, not when a buffer is
// full, and a reader who leaves ends the watch.
func TestWatchIsPrompt(t *testing.T) {
	addr := mustServe(t)
	c, err := client.Dial(t.Context(), addr)
	assert.Equal(t, nil, err)
	defer c.Close()

	pr, pw := io.Pipe()
	var stderr bytes.Buffer
	status := make(chan int, 1)
	go func() {
		status <- run([]string{"-a", addr, "-t", "20", "watch", "-r", "1", "/m"}, nil, pw, &stderr)
	}()
	lines := bufio.NewReader(pr)
	for rev := int64(1); rev < 4; rev++ {
		_, err := c.Set(t.Context(), "/m", client.Clobber, []byte("body"))
		assert.Equal(t, nil, err)
		head, _ := lines.ReadString('\n')
		body, _ := lines.ReadString('\n')
		assert.Equal(t, "/m "+strconv.FormatInt(rev, 10)+" set 4\n", head)
		assert.Equal(t, "body\n", body)
	}
	pr.Close()
	_, err = c.Set(t.Context(), "/m", client.Clobber, nil)
	assert.Equal(t, nil, err)
	assert.Equal(t, exitIO, <-status)
}

// touch takes no other write back, however many there are.
func TestTouchUndoesNothing(t *testing.T) {
	addr := mustServe(t)
	ctx := t.Context()
	c, err := client.Dial(ctx, addr)
	assert.Equal(t, nil, err)
	defer c.Close()

	touched := make(chan int, 1)
	go func() {
		for range 50 {
			if status := run([]string{"-a", addr, "touch", "/n"}, nil, io.Discard, io.Discard); status != 0 {
				touched <- status
				return
			}
		}
		touched <- 0
	}()
	for i := range 500 {
		add(t, ctx, c)
		v, _, err := c.Get(ctx, "/n")
		assert.Equal(t, nil, err)
		assert.Equal(t, i+1, len(v))
	}
	assert.Equal(t, 0, <-touched)
}

// add appends a byte to /n by compare-and-set.
func add(t *testing.T, ctx context.Context, c *client.Client) {
	for {
		v, rev, err := c.Get(ctx, "/n")
		assert.Equal(t, nil, err)
		_, err = c.Set(ctx, "/n", rev, append(v, 'x'))
		if err == nil {
			return
		}
		assert.T(t, errors.Is(err, client.ErrRevMismatch), err)
	}
}

// The time limit holds for standard input, too.
func TestLimitOnInput(t *testing.T) {
	pr, pw := io.Pipe()
	defer pw.Close()
	var stderr bytes.Buffer
	status := run([]string{"-a", mustServe(t), "-t", "20ms", "set", "/m", "0"}, pr, io.Discard, &stderr)
	assert.Equal(t, exitLate, status)
	assert.Equal(t, "doozer: the time limit passed: standard input\n", stderr.String())
}
