package examples

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// patience is how long a test waits for what a page shows.
const patience = 30 * time.Second

// loop has bash read command lines, and tell after each that it is done, until there are no more.
// Whatever was begun then ends with it, also when the test itself was killed.
const loop = `trap 'kill -9 0' EXIT
while IFS= read -r line <&3; do
	eval "$line" </dev/null 2>&1 3<&-
	printf '\0'
	disown -a
done`

// shell is a terminal at which a page is typed. All that it starts is at an address of this
// machine that nobody else uses, so that the ports can be those of the page.
type shell struct {
	t    *testing.T
	dir  string
	host string
	cmd  *exec.Cmd
	in   *os.File
	out  *bufio.Reader
	revs numbers
}

func newShell(t *testing.T) *shell {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has a loopback address for each test")
	}
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	s := &shell{t: t, dir: t.TempDir(), host: host(), revs: make(numbers)}
	assert.Equal(t, nil, os.Symlink(bin, filepath.Join(s.dir, "bin")))
	lines, in, err := os.Pipe()
	assert.Equal(t, nil, err)
	s.in = in
	s.cmd = exec.Command("bash", "-c", loop)
	s.cmd.Dir, s.cmd.Env, s.cmd.ExtraFiles = s.dir, environ(), []*os.File{lines}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := s.cmd.StdoutPipe()
	assert.Equal(t, nil, err)
	s.out = bufio.NewReader(out)
	assert.Equal(t, nil, s.cmd.Start())
	lines.Close()
	t.Cleanup(s.end)
	return s
}

// environ is the environment without what speaks of another cluster, or of secrets.
func environ() []string {
	return slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "DOOZER_") })
}

func host() string {
	return fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(250), rand.IntN(250), 1+rand.IntN(250))
}

// end ends all that was started, and shows what it said if the test failed.
func (s *shell) end() {
	s.killAll()
	s.in.Close()
	_ = s.cmd.Wait() // it was killed
	if !s.t.Failed() {
		return
	}
	logs, _ := filepath.Glob(filepath.Join(s.dir, "*.log"))
	for _, path := range logs {
		text, err := os.ReadFile(path)
		s.t.Logf("%s: %v\n%s", filepath.Base(path), err, text)
	}
}

func (s *shell) killAll() { _ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) }

// here is text of a page as it is in this run.
func (s *shell) here(text string) string { return strings.ReplaceAll(text, "127.0.0.1", s.host) }

// run types a line, and returns what it shows.
func (s *shell) run(line string) string {
	s.t.Helper()
	late := time.AfterFunc(patience, s.killAll)
	defer late.Stop()
	_, err := io.WriteString(s.in, line+"\n")
	assert.Equal(s.t, nil, err)
	shown, err := s.out.ReadString(0)
	if err != nil {
		s.t.Fatalf("%q does not end within %v: %v\n%s", line, patience, err, shown)
	}
	return strings.TrimSuffix(shown, "\x00")
}
