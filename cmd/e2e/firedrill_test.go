package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// page is a page of the manual, as one would type it.
type page struct{ text string }

func readPage(t *testing.T, name string) *page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../doc", name))
	assert.Equal(t, nil, err)
	return &page{text: string(text)}
}

// commands are the lines of a section that are to be typed: the indented blocks that begin with a command of the
// shell, and not with "$ " or what was seen.
func (p *page) commands(t *testing.T, heading string) (lines []string) {
	t.Helper()
	_, rest, found := strings.Cut(p.text, "\n## "+heading+"\n")
	assert.T(t, found, heading)
	section, _, _ := strings.Cut(rest, "\n## ")
	for block := range strings.SplitSeq(section, "\n\n") {
		if !typed.MatchString(block) {
			continue
		}
		for line := range strings.SplitSeq(strings.TrimRight(block, "\n"), "\n") {
			lines = append(lines, strings.TrimPrefix(line, "    "))
		}
	}
	assert.T(t, len(lines) > 0, heading)
	return lines
}

var typed = regexp.MustCompile(`^    (\./bin/|[A-Z]+=|sleep |kill |rm |wait |while |export |printf )`)

// typist is a shell at which commands are typed. Addresses of the page become free ones; the nodes that are begun
// end with the test.
type typist struct {
	t     *testing.T
	dir   string
	ports map[string]string
	lines []string
}

var portOnPage = regexp.MustCompile(`(127\.0\.0\.1):(80\d\d)`)

// moved is a line with the ports of this run.
func (y *typist) moved(line string) string {
	line = portOnPage.ReplaceAllStringFunc(line, func(addr string) string {
		if y.ports[addr] == "" {
			y.ports[addr] = freeAddr(y.t)
		}
		return y.ports[addr]
	})
	if strings.HasPrefix(line, "./bin/doozerd ") { // the first node goes by defaults
		if !strings.Contains(line, " -l ") {
			line = strings.Replace(line, "doozerd ", "doozerd -l "+y.moved("127.0.0.1:8046")+" ", 1)
		}
		if !strings.Contains(line, " -w ") {
			line = strings.Replace(line, "doozerd ", "doozerd -w "+y.moved("127.0.0.1:8080")+" ", 1)
		}
	}
	return line
}

// run types all of it, and returns what was shown. Each line is shown before its output.
func (y *typist) run() string {
	y.t.Helper()
	script := "set -m\n"
	for _, line := range y.lines {
		if n, ok := strings.CutPrefix(line, "sleep "); ok {
			line = "sleep " + n + "; sleep " + n // other tests run beside this one
		}
		script += fmt.Sprintf("echo %s\n%s\n", quote("$ "+line), line)
	}
	script += "kill -9 $(jobs -p) 2>/dev/null; wait\n"
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = y.dir
	cmd.Env = append(cmd.Environ(), "DOOZER_URI="+y.moved("127.0.0.1:8046")) // the first node's address is the default
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out output
	cmd.Stdout, cmd.Stderr = &out, &out
	assert.Equal(y.t, nil, cmd.Start())
	late := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	_ = cmd.Wait() // the last command kills what the drill has begun
	return out.String()
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// after is what was shown for the n-th command that has some text in it.
func after(t *testing.T, shown, command string, n int) string {
	t.Helper()
	for part := range strings.SplitSeq("\n"+shown, "\n$ ") {
		line, rest, _ := strings.Cut(part, "\n")
		if strings.Contains(line, command) {
			if n--; n == 0 {
				return rest
			}
		}
	}
	t.Fatalf("%q was not typed so often:\n%s", command, shown)
	return ""
}

// The page for three in the morning, typed as it stands: two of three die for good, and then all of three.
func TestFireDrill(t *testing.T) {
	t.Parallel()
	p := readPage(t, "firedrill.md")
	y := &typist{t: t, dir: t.TempDir(), ports: map[string]string{}}
	bin, err := exec.LookPath("doozerd")
	assert.Equal(t, nil, err)
	assert.Equal(t, nil, os.Symlink(filepath.Dir(bin), filepath.Join(y.dir, "bin")))
	for _, heading := range []string{"The cluster", "A backup", "The majority is gone for good", "Nobody is left"} {
		for _, line := range p.commands(t, heading) {
			if strings.Contains(line, "$W") || strings.HasPrefix(line, "while ") {
				continue // the writer of the drills before
			}
			if !strings.HasPrefix(line, "kill $B") && !strings.HasPrefix(line, "unset ") { // that is done at the end
				y.lines = append(y.lines, y.moved(line))
			}
		}
	}
	y.lines = append(y.lines, "sleep 2", "./bin/doozer-backup verify -d drill && echo verified",
		"./bin/doozer-backup show survivor.snap '/config/**'", "./bin/doozer walk '/ctl/origin'", "./bin/doozer get -r 16400 /config/precious",
		"./bin/doozer-backup status -d drill && echo well", "echo new | ./bin/doozer set /config/precious 99999")
	shown := y.run()
	defer func() {
		if t.Failed() {
			logs, _ := filepath.Glob(filepath.Join(y.dir, "*.log"))
			t.Log(shown)
			for _, path := range logs {
				text, err := os.ReadFile(path)
				t.Logf("%s:\n%s%v", filepath.Base(path), text, err)
			}
		}
	}()
	for n := 1; n <= 2; n++ {
		got := after(t, shown, "get /config/precious", n)
		assert.T(t, strings.Contains(got, " 8\nprecious"), got)
		members := after(t, shown, "find '/ctl/node/*/writable'", n+1)
		assert.Equal(t, 3, strings.Count(members, "/writable"), members)
	}
	assert.T(t, strings.Contains(after(t, shown, "wait-durable", 1), "/ctl/backup/a "))
	assert.T(t, strings.Contains(after(t, shown, "verify -d drill", 1), "verified"))
	assert.T(t, regexp.MustCompile(`/config/precious \d{5} 8`).MatchString(after(t, shown, "show survivor.snap", 1)))
	assert.T(t, strings.Contains(after(t, shown, "get -r 16400", 1), "too late"))
	assert.T(t, strings.Contains(after(t, shown, "status -d drill && echo well", 1), "well"))
	assert.T(t, strings.Contains(after(t, shown, "set /config/precious 99999", 1), client.ErrRevMismatch.Error()))
}
