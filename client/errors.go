package client

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ha/doozer/proto"
)

// Error is a node's refusal. Errors compare by code: errors.Is(err,
// ErrRevMismatch) holds whatever the detail.
type Error struct {
	Code   proto.Response_Err
	Detail string // more about it, for people; often empty
}

// What a node may answer.
var (
	ErrTagInUse    = &Error{Code: proto.Response_TAG_IN_USE}
	ErrUnknownVerb = &Error{Code: proto.Response_UNKNOWN_VERB}
	ErrReadonly    = &Error{Code: proto.Response_READONLY} // nothing was written; another node may take it
	ErrTooLate     = &Error{Code: proto.Response_TOO_LATE} // the node no longer has that revision
	ErrRevMismatch = &Error{Code: proto.Response_REV_MISMATCH}
	ErrBadPath     = &Error{Code: proto.Response_BAD_PATH}
	ErrMissingArg  = &Error{Code: proto.Response_MISSING_ARG}
	ErrRange       = &Error{Code: proto.Response_RANGE}
	ErrNotDir      = &Error{Code: proto.Response_NOTDIR}
	ErrIsDir       = &Error{Code: proto.Response_ISDIR}
	ErrNoEnt       = &Error{Code: proto.Response_NOENT}
	ErrOther       = &Error{Code: proto.Response_OTHER}

	ErrOutcomeUnknown = &Error{Code: proto.Response_OTHER, Detail: "outcome unknown"} // a write may have happened or not
	ErrNoQuorum       = &Error{Code: proto.Response_OTHER, Detail: "no quorum"}
	ErrPermission     = &Error{Code: proto.Response_OTHER, Detail: "permission denied"} // it takes a secret, or another one
	ErrValueTooLarge  = &Error{Code: proto.Response_OTHER, Detail: "value too large"}
)

// What may befall a connection.
var (
	ErrUnreachable = errors.New("no node can be reached")
	ErrLost        = errors.New("connection lost")
	ErrClosed      = errors.New("closed")

	errMoved = fmt.Errorf("%w: left for a better node", ErrLost)
)

// Error returns the code in words, with the detail.
func (e *Error) Error() string {
	text := describe(e.Code)
	switch {
	case e.Detail == "":
		return text
	case e.Is(ErrValueTooLarge):
		return e.Detail + " (1 MiB at most)"
	case e.Code == proto.Response_OTHER:
		return e.Detail
	}
	return text + ": " + e.Detail
}

// Is reports whether target is an *Error of the same code and, if target has
// a detail, of the same detail.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Detail == "" || t.Detail == e.Detail)
}

func describe(code proto.Response_Err) string {
	switch code {
	case proto.Response_TAG_IN_USE:
		return "tag in use"
	case proto.Response_UNKNOWN_VERB:
		return "unknown verb"
	case proto.Response_READONLY:
		return "read only"
	case proto.Response_TOO_LATE:
		return "too late: the node no longer has that revision"
	case proto.Response_REV_MISMATCH:
		return "revision mismatch"
	case proto.Response_BAD_PATH:
		return "bad path"
	case proto.Response_MISSING_ARG:
		return "missing argument"
	case proto.Response_RANGE:
		return "out of range"
	case proto.Response_NOTDIR:
		return "not a directory"
	case proto.Response_ISDIR:
		return "is a directory"
	case proto.Response_NOENT:
		return "no such file or directory"
	case proto.Response_OTHER:
		return "other error"
	}
	return fmt.Sprintf("error %d", int32(code))
}

// isAnswer reports whether err is what a node answered.
func isAnswer(err error) bool {
	var e *Error
	return errors.As(err, &e)
}

// failures is what went wrong at several nodes, in one line.
type failures []error

func (f failures) Error() string {
	texts := make([]string, len(f))
	for i, err := range f {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

func (f failures) Unwrap() []error { return f }

func unreachable(f failures) error { return fmt.Errorf("%w: %w", ErrUnreachable, f) }
