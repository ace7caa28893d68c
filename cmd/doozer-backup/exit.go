package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
)

// Exit statuses, besides the protocol's error codes of a node's refusal (1 to 22, and 127).
const (
	exitUsage       = 64 // wrong use
	exitDamage      = 65 // something is damaged or missing, or does not work
	exitMissing     = 66 // what was asked for is not in the journal
	exitUnreachable = 69 // no node can be reached
	exitIO          = 74 // a file could not be read or written
	exitLocked      = 75 // another process writes to the folder
	exitInterrupted = 130
)

// usageError is what is wrong with the command line.
type usageError string

func (e usageError) Error() string { return string(e) }

// errDamaged is the end of a verb that found damage, and told of it.
var errDamaged = errors.New("damage was found")

// report writes err as one line and returns the exit status that stands for it.
func report(errs io.Writer, err error) int {
	if err == nil {
		return 0
	}
	status := status(err)
	if status == exitInterrupted {
		err = errInterrupted // and not what that made go wrong
	}
	fmt.Fprintf(errs, "doozer-backup: %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
	return status
}

func status(err error) int {
	var refused *client.Error
	switch {
	case errors.As(err, new(usageError)):
		return exitUsage
	case errors.Is(err, errInterrupted), errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, journal.ErrLocked):
		return exitLocked
	case errors.Is(err, errDamaged), errors.Is(err, errUnwell), errors.Is(err, journal.ErrNotWhole), errors.As(err, new(*journal.Damage)):
		return exitDamage
	case errors.Is(err, journal.ErrMissing), errors.Is(err, journal.ErrNotJournal), errors.Is(err, journal.ErrSegment), errors.Is(err, errNoFolder):
		return exitMissing
	case errors.Is(err, client.ErrUnreachable), errors.Is(err, client.ErrLost):
		return exitUnreachable
	case errors.As(err, &refused):
		return int(refused.Code)
	}
	return exitIO
}
