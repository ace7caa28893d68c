//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is the one that doozer has, and lends to a command, as a shell does: a command
// has a process group of its own, so that all of it can be ended, and may read from a
// terminal only if that group is in its foreground.
type terminal struct {
	file  *os.File
	own   int          // doozer's process group
	group int          // that of the command
	held  func() error // an error if the command is to run no more; may be nil
	lent  bool         // the command is to be in the foreground when doozer is

	stops, goesOn chan os.Signal // the command has stopped, or ended; doozer goes on
	quit, gone    chan struct{}
}

// lend lends a command the terminal, if there is one that doozer is in the foreground of:
// now, or when it asks for it, as one does that is not to read what doozer would.
// While it has it, Ctrl-C goes to the command. When that is stopped, doozer is too; when
// doozer goes on, so does the command, unless held says that it may not.
func lend(group int, now bool, held func() error) (takeBack func(*os.ProcessState)) {
	file, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return func(*os.ProcessState) {} // there is no terminal
	}
	t := &terminal{
		file: file, own: syscall.Getpgrp(), group: group, held: held, lent: now || !seesStops,
		stops: make(chan os.Signal, 1), goesOn: make(chan os.Signal, 1),
		quit: make(chan struct{}), gone: make(chan struct{}),
	}
	signal.Ignore(syscall.SIGTTOU) // what doozer says in the background is not to stop it
	signal.Notify(t.stops, syscall.SIGCHLD)
	signal.Notify(t.goesOn, syscall.SIGCONT)
	go t.follow()
	return t.takeBack
}

// takeBack ends the loan when the command has ended. Ctrl-C, if it ended it, was meant for
// all that runs in doozer's process group, and doozer itself.
func (t *terminal) takeBack(st *os.ProcessState) {
	close(t.quit)
	<-t.gone
	had := t.move(t.group, t.own)
	signal.Stop(t.stops)
	signal.Stop(t.goesOn)
	signal.Reset(syscall.SIGTTOU)
	t.file.Close()
	if ws, ok := st.Sys().(syscall.WaitStatus); ok && had && ws.Signaled() && ws.Signal() == syscall.SIGINT {
		_ = syscall.Kill(0, syscall.SIGINT)
	}
}

// follow has doozer and its command stop and go on together.
func (t *terminal) follow() {
	defer close(t.gone)
	t.begin()
	for {
		select {
		case <-t.stops:
			t.stopped(stoppedBy(t.group))
		case <-t.goesOn:
			t.resume()
		case <-t.quit:
			return
		}
	}
}

// begin lends the terminal, and sees to what was stopped before: the command, or another
// of its group, which has asked for the terminal.
func (t *terminal) begin() {
	by := stoppedBy(t.group)
	if by == 0 && t.lent {
		t.resume()
	}
	t.stopped(by)
}

// stopped sees to a command that was stopped by a signal, if it was: because it asks for
// the terminal, and can have it, or got it while it asked; or else by who is at the
// terminal.
func (t *terminal) stopped(by syscall.Signal) {
	asks := by == syscall.SIGTTIN || by == syscall.SIGTTOU
	switch {
	case by == 0:
	case asks && (t.has(t.group) || t.move(t.own, t.group)):
		t.lent = true
		t.resume()
	default:
		t.suspend()
	}
}

// suspend stops doozer, after its command, until it is told to go on.
func (t *terminal) suspend() {
	t.move(t.group, t.own)
	_ = syscall.Kill(0, syscall.SIGTSTP)
	select {
	case <-t.goesOn:
	case <-time.After(time.Second): // nobody could tell it to, so it was not stopped
	case <-t.quit:
	}
	t.resume()
}

// resume has the command go on, in the foreground if doozer is there.
func (t *terminal) resume() {
	if t.held != nil && t.held() != nil {
		return // it is about to be ended
	}
	if t.lent {
		t.move(t.own, t.group)
	}
	_ = syscall.Kill(-t.group, syscall.SIGCONT)
}

// move puts a process group in the foreground if another one is there, and reports whether
// it did.
func (t *terminal) move(from, to int) bool {
	return t.has(from) && unix.IoctlSetPointerInt(int(t.file.Fd()), unix.TIOCSPGRP, to) == nil
}

// has reports whether a process group is in the foreground.
func (t *terminal) has(group int) bool {
	now, err := unix.IoctlGetInt(int(t.file.Fd()), unix.TIOCGPGRP)
	return err == nil && now == group
}
