package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

// childGrace is how long a command has to end, once it was asked to, by default.
const childGrace = 10 * time.Second

// runCommand runs a command until it ends. When ctx does, the command, and what it
// has started, is asked to end, once, and has to after s.grace. Its error has the
// exit status of the command.
func (s *session) runCommand(ctx context.Context, argv, env []string, stdin io.Reader) error {
	if err := s.out.Flush(); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, s.stdout, s.errs
	cmd.Env = append(append(os.Environ(), "DOOZER_URI="+s.addr), env...)
	cmd.WaitDelay = s.grace
	apart(cmd)
	var deadline time.Time
	cmd.Cancel = sync.OnceValue(func() error {
		deadline = time.Now().Add(s.grace)
		return ask(cmd.Process)
	})
	err := s.runHere(cmd)
	if ctx.Err() != nil && cmd.Process != nil {
		_ = cmd.Cancel() // of a command that has just ended by itself the rest was not asked
		endRest(cmd.Process.Pid, deadline)
	}
	return commandError(argv, cmd, err)
}

// runGiven runs the command that doozer was given to run. Why that failed it tells itself:
// doozer passes its exit status on.
func (s *session) runGiven(ctx context.Context, env []string) error {
	err := s.runCommand(ctx, s.command, env, s.in)
	var ended endedError
	if errors.As(err, &ended) {
		return exitError{status: ended.status}
	}
	return err
}

// endedError is the end of a command that ran, with an exit status other than 0.
type endedError struct {
	name   string
	status int
}

func (e endedError) Error() string { return fmt.Sprintf("%.200s: exit status %d", e.name, e.status) }

// runHere runs a command on a thread that lives for as long: a child that is to
// die with its parent dies with the thread that made it.
func (s *session) runHere(cmd *exec.Cmd) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err == nil {
			takeBack := lend(cmd.Process.Pid, cmd.Stdin == s.in, s.held)
			err = cmd.Wait()
			takeBack(cmd.ProcessState)
		}
		done <- err
	}()
	return <-done
}

// commandError tells how a command ended, if not well.
func commandError(argv []string, cmd *exec.Cmd, err error) error {
	name := strings.Join(argv, " ")
	var ended *exec.ExitError
	switch {
	case err == nil:
		return nil
	case cmd.ProcessState != nil && !cmd.ProcessState.Success():
		status := endStatus(cmd.ProcessState)
		return exitError{status, endedError{name, status}}
	case errors.As(err, &ended), cmd.ProcessState != nil:
		return nil // it ended well, though it was asked to
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return exitError{exitNoCommand, err}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%.200s: %w", name, err)
	}
	return exitError{exitNoRun, err}
}
