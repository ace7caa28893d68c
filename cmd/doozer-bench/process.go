package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// stopTime is how long a process may take to end before it is killed.
const stopTime = 5 * time.Second

// process is a child of this program.
type process struct {
	cmd    *exec.Cmd
	stdin  io.Closer     // its end tells the echo to end
	ended  chan struct{} // closed when it ended
	stderr *tail
}

// start starts a program; stdout may be nil.
func start(stdout io.Writer, path string, args ...string) (*process, error) {
	return startIn(nil, stdout, path, args...)
}

// startIn starts a program with some variables of its environment set.
func startIn(env []string, stdout io.Writer, path string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(path, args...), ended: make(chan struct{}), stderr: &tail{}}
	p.cmd.Stdout, p.cmd.Stderr = stdout, p.stderr
	p.cmd.Env = append(os.Environ(), env...)
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	p.stdin = stdin
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.ended)
		p.cmd.Wait() // how it ended is told by ProcessState
	}()
	return p, nil
}

// stop ends the process, and returns when it is gone.
func (p *process) stop() {
	p.stdin.Close()
	p.cmd.Process.Signal(syscall.SIGTERM) // an error says that it is gone
	select {
	case <-p.ended:
	case <-time.After(stopTime):
		p.cmd.Process.Kill()
		<-p.ended
	}
}

// kill ends the process at once, without a word of warning to it.
func (p *process) kill() {
	p.cmd.Process.Kill() // an error says that it is gone
	<-p.ended
}

// until asks done, again and again, until it is true, the process ended or
// ctx is over.
func (p *process) until(ctx context.Context, what string, done func() bool) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-p.ended:
			return fmt.Errorf("%s ended (%v) before %s: %s", p.cmd.Path, p.cmd.ProcessState, what, p.stderr)
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w: %s", what, context.Cause(ctx), p.stderr)
		}
	}
	return nil
}

// tailLen is how many bytes of what a process logs are kept.
const tailLen = 4 << 10

// tail keeps the last of what is written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if over := len(t.buf) - tailLen; over > 0 {
		t.buf = bytes.Clone(t.buf[over:])
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.buf))
}
