package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/ha/doozer/client"
)

// Exit statuses besides the protocol's error codes, which go from 1 to 22,
// and 127.
const (
	exitUsage       = 64  // wrong use
	exitData        = 65  // what was to be read makes no sense
	exitUnreachable = 69  // no node can be reached
	exitRefused     = 73  // it would cost the quorum
	exitIO          = 74  // a file, or standard input or output, failed
	exitLost        = 75  // the session was lost, or what was held with it
	exitLocked      = 76  // somebody else has the lock, or is the leader
	exitLate        = 124 // the time limit passed
	exitNoRun       = 126 // a command cannot be run
	exitNoCommand   = 127 // there is no such command
	exitOther       = 127 // none of these
	exitInterrupted = 130
)

// usageError is what is wrong with the command line.
type usageError string

func (e usageError) Error() string { return string(e) }

// dataError is what is wrong with what was read.
type dataError string

func (e dataError) Error() string { return string(e) }

// exitError is one with a status of its own, as of a command.
type exitError struct {
	status int
	err    error // nil: there is nothing to add to what was said
}

func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprint("exit status ", e.status)
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

// errInterrupted is the end by a signal.
var errInterrupted = errors.New("interrupted")

// lateError is the end of the time that -t gave.
type lateError struct{ err error }

// Error says what took so long, without Go's words for the same.
func (e lateError) Error() string {
	what := strings.TrimSuffix(": "+e.err.Error(), ": "+context.DeadlineExceeded.Error())
	return "the time limit passed" + what
}

// inTime marks err if it came of the time limit.
func inTime(ctx context.Context, err error) error {
	if err != nil && errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
		return lateError{err}
	}
	return err
}

// report writes err as one line, if there is anything to say of it, and returns the exit
// status that stands for it.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	if own, ok := err.(exitError); ok && own.err == nil {
		return own.status
	}
	fmt.Fprintf(stderr, "doozer: %s%s\n", oneLine(err), rule(err))
	return status(err)
}

// rule is what a bad path does not keep to.
func rule(err error) string {
	if errors.Is(err, client.ErrBadPath) {
		return ` (a path is names of A-Z a-z 0-9 . - _, each after "/")`
	}
	return ""
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", " ") }

func status(err error) int {
	var refused *client.Error
	var own exitError
	switch {
	case errors.As(err, &own):
		return own.status
	case errors.As(err, new(usageError)):
		return exitUsage
	case errors.Is(err, errRefused):
		return exitRefused
	case errors.As(err, new(dataError)):
		return exitData
	case errors.As(err, new(lateError)), errors.Is(err, context.DeadlineExceeded):
		return exitLate
	case errors.Is(err, errInterrupted), errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &refused):
		return int(refused.Code)
	case errors.Is(err, client.ErrUnreachable), errors.Is(err, client.ErrLost), errors.Is(err, client.ErrNoCluster):
		return exitUnreachable
	case errors.Is(err, client.ErrSessionLost), errors.Is(err, client.ErrLockLost), errors.Is(err, client.ErrReplaced):
		return exitLost
	case isIO(err):
		return exitIO
	}
	return exitOther
}

// isIO reports whether a file, or standard input or output, failed.
func isIO(err error) bool {
	for _, e := range []error{io.ErrShortWrite, io.ErrUnexpectedEOF, io.ErrClosedPipe, fs.ErrClosed} {
		if errors.Is(err, e) {
			return true
		}
	}
	return errors.As(err, new(*fs.PathError)) || errors.As(err, new(*os.LinkError)) || errors.As(err, new(syscall.Errno))
}
