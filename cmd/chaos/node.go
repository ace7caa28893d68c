package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// patience bounds the wait for anything that has to happen by itself. On an
// idle machine it takes a fraction.
const patience = 30 * time.Second

// process is a doozerd that was started.
type process struct {
	name  string // of its log, for people
	pid   int
	log   string // the file
	ended chan struct{}
	send  func(os.Signal) error

	mu     sync.Mutex
	addr   string // where it serves; "": not yet
	id     string
	killed bool // by us
}

var servesLine = regexp.MustCompile(`msg="doozerd serves" addr=(\S+) .*node=([A-Z0-9]+)`)

// startProcess starts a doozerd at a place, which logs to a file in dir.
func startProcess(w network, place int, dir, name, bin string, args ...string) (*process, error) {
	file := filepath.Join(dir, name+".log")
	log, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	defer log.Close() // it has its own copy
	cmd := w.command(place, bin, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = apart()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p := &process{name: name, pid: cmd.Process.Pid, log: file, ended: make(chan struct{}), send: cmd.Process.Signal}
	go func() {
		_ = cmd.Wait() // the log tells
		close(p.ended)
	}()
	return p, nil
}

// serves waits until it serves. An error is that it ended, or that the context
// did.
func (p *process) serves(ctx context.Context) error {
	for {
		text, err := os.ReadFile(p.log)
		if err != nil {
			return err
		}
		if m := servesLine.FindSubmatch(text); m != nil {
			p.mu.Lock()
			p.addr, p.id = string(m[1]), string(m[2])
			p.mu.Unlock()
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended: %s", p.name, lastLine(text))
		case <-ctx.Done():
			return fmt.Errorf("%s does not serve: %w: %s", p.name, ctx.Err(), lastLine(text))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func lastLine(text []byte) string {
	s := strings.TrimSpace(string(text))
	return s[strings.LastIndexByte(s, '\n')+1:]
}

// where returns its address and id; empty before it serves.
func (p *process) where() (addr, id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.addr, p.id
}

// kill is kill -9. It returns when the process is gone.
func (p *process) kill() {
	p.mu.Lock()
	p.killed = true
	p.mu.Unlock()
	p.signal(syscall.SIGKILL)
	<-p.ended
}

// signal sends a signal to this process and no other: a process id is not used again
// before Wait has returned. One that has ended gets none.
func (p *process) signal(s syscall.Signal) { _ = p.send(s) }

func (p *process) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// crashed says what is wrong with it if it ended by itself after it had
// served, or logged a panic.
func (p *process) crashed() error {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err
	}
	for _, sign := range []string{"panic:", "fatal error:", "goroutine 1 ["} {
		if strings.Contains(string(text), sign) {
			return fmt.Errorf("%s crashed: see %s", p.name, p.log)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.addr != "" && !p.killed && !p.alive() {
		return fmt.Errorf("%s ended by itself: see %s", p.name, p.log)
	}
	return nil
}
