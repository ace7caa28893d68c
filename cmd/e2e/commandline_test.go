package e2e

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// SIGTERM and SIGINT end a node cleanly, also one in use; within a second or so.
func TestSignals(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		n := startNode(t, s.String(), "-w", "127.0.0.1:0")
		w, err := n.c.Watch(timed(t), "/**", 1<<40)
		assert.Equal(t, nil, err)
		defer w.Close()
		page := request(t, n.web+"events")
		defer page.Body.Close()
		l := newLoad(t, time.Millisecond)
		l.through(n.addr, 2)
		eventually(t, "writes", func() error { _, _, err := n.c.Get(timed(t), "/load/shared"); return err })
		began := time.Now()
		n.signal(s)
		assert.Equal(t, 0, n.status(t, 3*time.Second))
		t.Logf("%v: ended within %v", s, time.Since(began).Round(time.Millisecond))
		l.end()
	}
}

// A signal ends one that still tries to attach, too.
func TestSignalWhileAttaching(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and says nothing
	assert.Equal(t, nil, err)
	defer l.Close()
	p := start(t, "A", "-l", "127.0.0.1:0", "-w", "false", "-a", l.Addr().String())
	conn, err := l.Accept()
	assert.Equal(t, nil, err)
	defer conn.Close()
	p.signal(syscall.SIGTERM)
	assert.Equal(t, 0, p.status(t, 3*time.Second))
}

// fullPipe is the end to write to of a pipe that takes nothing more.
func fullPipe(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	assert.Equal(t, nil, err)
	t.Cleanup(func() { r.Close(); w.Close() })
	assert.Equal(t, nil, w.SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
	for err == nil {
		_, err = w.Write(make([]byte, 1<<16))
	}
	fails(t, os.ErrDeadlineExceeded, err)
	return w
}

// A node that hangs while it ends, here since nobody reads what it logs, is ended at once by
// a second signal.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	addr := freeAddr(t)
	p := &process{cmd: exec.Command("doozerd", "-l", addr, "-w", "false"), name: "A", ended: make(chan struct{})}
	p.cmd.Stderr, p.cmd.SysProcAttr = fullPipe(t), dieWithParent()
	assert.Equal(t, nil, p.cmd.Start())
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // ProcessState tells
	}()
	t.Cleanup(p.kill)
	eventually(t, "it listens", func() error {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		return err
	})
	p.signal(syscall.SIGTERM)
	pause(200 * time.Millisecond)
	assert.T(t, p.alive())
	p.signal(syscall.SIGTERM)
	assert.Equal(t, -1, p.status(t, 3*time.Second)) // ended by the signal
}

// -v and -h are no errors.
func TestVersion(t *testing.T) {
	t.Parallel()
	p := start(t, "doozerd", "-v")
	assert.Equal(t, 0, p.status(t, patience))
	assert.T(t, oneLine(p.stdout.String(), "doozerd "), p.stdout.String())
	assert.Equal(t, "", p.stderr.String())
	p = start(t, "doozerd", "-h")
	assert.Equal(t, 0, p.status(t, patience))
	for _, flag := range []string{"-a", "-c", "-fill", "-hist", "-l", "-pulse", "-timeout", "-v", "-w"} {
		assert.T(t, strings.Contains(p.stderr.String(), "\n  "+flag), flag)
	}
}

// taken is an address that somebody listens on, at a host.
func taken(t *testing.T, hostport string) string {
	t.Helper()
	l, err := net.Listen("tcp", hostport)
	assert.Equal(t, nil, err)
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

// What cannot begin says why in one line, and ends with status 1.
func TestCannotBegin(t *testing.T) {
	t.Parallel()
	port := taken(t, "127.0.0.1:0")
	n := startNode(t, "A", "-c", "one")
	for _, c := range []struct {
		name, args, says string
	}{
		{"port in use", "-w false -l " + port, "address already in use"},
		{"given port of the page in use", "-l 127.0.0.1:0 -w " + port, "address already in use"},
		{"other cluster", "-w false -l 127.0.0.1:0 -c two -a " + n.addr, "one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := start(t, c.name, strings.Fields(c.args)...)
			assert.Equal(t, 1, p.status(t, patience))
			if s := p.stderr.String(); !oneLine(s, "doozerd: ") || !strings.Contains(s, c.says) {
				t.Errorf("it says %q, and should of %q", s, c.says)
			}
		})
	}
}

// Wrong flags are told in one line, with status 2.
func TestWrongFlags(t *testing.T) {
	t.Parallel()
	for _, args := range []string{
		"-juggle", "-timeout soon", "-timeout -1", "-timeout 0.1", "-hist many", "-hist 0", "-fill", "stray",
		"-l 127.0.0.1", "-a nowhere", "-w nowhere", "-c a/b",
	} {
		p := start(t, args, strings.Fields("-l 127.0.0.1:0 -w false "+args)...)
		assert.Equal(t, 2, p.status(t, patience))
		s := p.stderr.String()
		flag := strings.TrimPrefix(strings.Fields(args)[0], "-")
		assert.T(t, oneLine(s, "doozerd: ") && strings.Contains(s, flag), s)
	}
}

// The page's default port being taken is no error: the next free one is, and
// that is logged.
func TestPagePortTaken(t *testing.T) {
	t.Parallel()
	const host = "127.86.80.46" // a loopback address that nobody else uses
	if l, err := net.Listen("tcp", host+":0"); err != nil {
		t.Skip("this machine has one loopback address only")
	} else {
		l.Close()
	}
	taken(t, host+":8080")
	p := start(t, "A", "-l", host+":0")
	eventually(t, "the page's address is logged", func() error {
		assert.T(t, p.alive(), p.stderr.String())
		if !strings.Contains(p.stderr.String(), "web=http://"+host+":8081/") {
			return net.ErrClosed
		}
		return nil
	})
	request(t, "http://"+host+":8081/")
}
