package e2e

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a program that was started. It is killed at the end of its test, which
// shows what it logged if the test failed.
type process struct {
	cmd    *exec.Cmd
	name   string
	stdout *output
	stderr *output
	ended  chan struct{} // closed once it ended, and cmd.ProcessState tells how
}

// start starts a doozerd. The name is for people.
func start(t *testing.T, name string, args ...string) *process {
	t.Helper()
	return startProgram(t, "doozerd", name, args...)
}

func startProgram(t *testing.T, program, name string, args ...string) *process {
	t.Helper()
	return startWith(t, nil, program, name, args...)
}

// startWith is startProgram with more in the environment.
func startWith(t *testing.T, env []string, program, name string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(program, args...), name: name, stdout: new(output), stderr: new(output), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	p.cmd.SysProcAttr = dieWithParent()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // ProcessState tells
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s (%s %s) logged:\n%s", p.name, program, strings.Join(args, " "), p.stderr.tail())
		}
		if s := p.stderr.String(); strings.Contains(s, "goroutine ") || strings.Contains(s, "panic") {
			t.Errorf("%s crashed:\n%s", p.name, p.stderr.tail())
		}
	})
	return p
}

// kill is kill -9. It returns when the process is gone.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
}

// signal sends a signal to this process and no other: a pid is not used again
// before Wait has returned.
func (p *process) signal(s syscall.Signal) {
	_ = p.cmd.Process.Signal(s) // an error says that it has ended
}

func (p *process) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// logged waits until what a process logged has some text in it.
func (p *process) logged(t *testing.T, text string) {
	t.Helper()
	eventually(t, p.name+" logs "+text, func() error {
		if !strings.Contains(p.stderr.String(), text) {
			return errors.New("it does not")
		}
		return nil
	})
}

// status waits until the process has ended, and returns its exit status.
func (p *process) status(t *testing.T, within time.Duration) int {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(within):
		t.Fatalf("%s did not end within %v", p.name, within)
	}
	return p.cmd.ProcessState.ExitCode()
}

// output keeps what a process writes.
type output struct {
	mu  sync.Mutex
	buf strings.Builder
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// lines counts the lines written so far.
func (o *output) lines() int { return strings.Count(o.String(), "\n") }

// tail is the end of it.
func (o *output) tail() string {
	const most = 6000
	s := o.String()
	if len(s) > most {
		s = "..." + s[len(s)-most:]
	}
	return s
}
