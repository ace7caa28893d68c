package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

// shell runs a command line as a person would type it, with a node's address
// in the environment.
func shell(t *testing.T, addr, line string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := exec.CommandContext(timed(t), "sh", "-c", line)
	cmd.Env = append(cmd.Environ(), "DOOZER_URI="+addr)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// prints runs a command line that has to succeed.
func prints(t *testing.T, addr, line string) string {
	t.Helper()
	out, errs, status := shell(t, addr, line)
	if status != 0 || errs != "" {
		t.Fatalf("%s: status %d: %s", line, status, errs)
	}
	return out
}

func TestQuickStart(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	rev := strings.TrimSpace(prints(t, n.addr, `echo "hello, world" | doozer set /message 0`))
	assert.Equal(t, rev+" 13\nhello, world\n\n", prints(t, n.addr, "doozer get /message"))
	assert.Equal(t, rev+" 13\n", prints(t, n.addr, "doozer stat /message"))
	assert.Equal(t, "/message\n", prints(t, n.addr, "doozer find '/mess*'"))
	assert.Equal(t, n.id+"\n", prints(t, n.addr, "doozer self"))
	assert.Equal(t, "local", strings.Split(prints(t, n.addr, "doozer get /ctl/name"), "\n")[1])
	assert.Equal(t, "/message "+rev+" set 13\nhello, world\n\n", prints(t, n.addr, "doozer wait -r "+rev+" /message"))
	second := strings.TrimSpace(prints(t, n.addr, "echo again | doozer set /message "+rev))
	assert.Equal(t, "hello, world", strings.Split(prints(t, n.addr, "doozer get -r "+rev+" /message"), "\n")[1])
	assert.Equal(t, "", prints(t, n.addr, "doozer del /message "+second))
	assert.Equal(t, "", prints(t, n.addr, "doozer nop"))
}

// A watch sees a change that is made while it runs.
func TestQuickStartWatch(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	from := strings.TrimSpace(prints(t, n.addr, "echo one | doozer set /message 0"))
	watch := exec.CommandContext(timed(t), "doozer", "-a", n.addr, "watch", "-r", from, "/message")
	out, err := watch.StdoutPipe()
	assert.Equal(t, nil, err)
	assert.Equal(t, nil, watch.Start())
	lines := bufio.NewScanner(out)
	event := func(want ...string) {
		t.Helper()
		for _, line := range append(want, "") {
			assert.T(t, lines.Scan(), lines.Err())
			assert.Equal(t, line, lines.Text())
		}
	}
	event("/message "+from+" set 4", "one")
	rev := strings.TrimSpace(prints(t, n.addr, "echo two | doozer set /message "+from))
	event("/message "+rev+" set 4", "two")
	prints(t, n.addr, "doozer del /message -1")
	assert.T(t, lines.Scan(), lines.Err())
	assert.T(t, strings.HasPrefix(lines.Text(), "/message ") && strings.HasSuffix(lines.Text(), " del 0"), lines.Text())
	n.kill()
	for lines.Scan() {
	}
	assert.NotEqual(t, nil, watch.Wait())
	assert.Equal(t, 69, watch.ProcessState.ExitCode())
}

// The exit status is the protocol's error code, and the error is one line.
func TestExitStatus(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	prints(t, n.addr, "echo x | doozer add /d/file")
	for _, c := range []struct {
		line   string
		status int
	}{
		{"echo y | doozer set /d/file 0", 5},
		{"echo y | doozer add /d/file", 5},
		{"doozer del /d/file 1", 5},
		{"doozer get -r 999999999 -t 0.2 /d/file", 124},
		{"doozer get 'no/slash'", 6},
		{"echo x | doozer set /d/file/below -1", 20},
		{"echo x | doozer set /d -1", 21},
		{"doozer get /d", 21},
		{"doozer get /missing", 22},
		{"doozer stat /missing", 22},
		{"doozer get -r 0 /d/file", 4},
		{fmt.Sprintf("head -c %d /dev/zero | doozer set /big -1", 1<<20+1), 127},
		{"doozer", 64},
		{"doozer juggle", 64},
		{"doozer set /d/file </dev/null", 64},
		{"doozer get -x /d/file", 64},
		{"doozer -a 127.0.0.1:1 get /d/file", 69},
	} {
		out, errs, status := shell(t, n.addr, c.line)
		if status != c.status || out != "" || !oneLine(errs, "doozer: ") {
			t.Errorf("%s: status %d, want %d; printed %q and %q", c.line, status, c.status, out, errs)
		}
	}
	prints(t, n.addr, fmt.Sprintf("head -c %d /dev/zero | doozer set /big -1", 1<<20))
	assert.Equal(t, fmt.Sprint(1<<20), strings.Fields(prints(t, n.addr, "doozer stat /big"))[1])
}

// oneLine reports whether s is one line that begins with prefix.
func oneLine(s, prefix string) bool {
	return strings.HasPrefix(s, prefix) && strings.Index(s, "\n") == len(s)-1
}
