package main

import (
	"errors"
	"fmt"

	"github.com/ha/doozer/client"
)

// as has a node's refusal say what the user asked for: the client says what it sent.
func as(what string, err error) error {
	if refused, ok := errors.Unwrap(err).(*client.Error); ok {
		return fmt.Errorf("%s: %w", what, refused)
	}
	return err
}

// badName is an error with the status of a bad path, for a name that is one in the tree, but
// of no use there.
func badName(text string) error {
	return exitError{int(client.ErrBadPath.Code), errors.New(text)}
}

// mismatch is an error with the status of a revision mismatch, that says what is there.
func mismatch(text string) error {
	return exitError{int(client.ErrRevMismatch.Code), errors.New(text)}
}
