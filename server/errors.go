package server

import (
	"errors"
	"fmt"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// protocolError is an error of the protocol itself: its code and its detail.
type protocolError struct {
	code   proto.Response_Err
	detail string
}

func (e *protocolError) Error() string { return e.code.String() + ": " + e.detail }

func missing(arg string) error {
	return &protocolError{proto.Response_MISSING_ARG, arg}
}

func other(detail string) error {
	return &protocolError{proto.Response_OTHER, detail}
}

func errTagInUse() error {
	return &protocolError{proto.Response_TAG_IN_USE, ""}
}

func errTooManyStreams() error { return other("too many streams") }

func errUnknownVerb() error {
	return &protocolError{proto.Response_UNKNOWN_VERB, ""}
}

func errNoAccess() error {
	return other("permission denied")
}

// errorCode is how an error is told to a client. Of a transaction it tells the
// step, counted from 1.
func errorCode(err error) (code proto.Response_Err, detail string) {
	code, detail = plainCode(err)
	var at *store.StepError
	if !errors.As(err, &at) {
		return code, detail
	}
	if detail != "" {
		detail = ": " + detail
	}
	return code, fmt.Sprintf("step %d%s", at.Step+1, detail)
}

func plainCode(err error) (code proto.Response_Err, detail string) {
	var own *protocolError
	switch {
	case errors.Is(err, store.ErrRevMismatch):
		return proto.Response_REV_MISMATCH, ""
	case errors.Is(err, store.ErrIsDir):
		return proto.Response_ISDIR, ""
	case errors.Is(err, store.ErrNotDir):
		return proto.Response_NOTDIR, ""
	case errors.Is(err, store.ErrNoEnt):
		return proto.Response_NOENT, ""
	case errors.Is(err, store.ErrRange):
		return proto.Response_RANGE, ""
	case errors.Is(err, store.ErrTooLate):
		return proto.Response_TOO_LATE, ""
	case errors.Is(err, store.ErrBadPath):
		return proto.Response_BAD_PATH, ""
	case errors.Is(err, store.ErrValueTooLarge):
		return proto.Response_OTHER, "value too large"
	case errors.Is(err, ErrReadonly):
		return proto.Response_READONLY, ""
	case errors.Is(err, ErrOutcomeUnknown):
		return proto.Response_OTHER, "outcome unknown"
	case errors.Is(err, ErrNoQuorum):
		return proto.Response_OTHER, "no quorum"
	case errors.Is(err, store.ErrTxnSteps):
		return proto.Response_OTHER, store.ErrTxnSteps.Error()
	case errors.As(err, &own):
		return own.code, own.detail
	}
	var at *store.StepError
	if errors.As(err, &at) {
		err = at.Err
	}
	return proto.Response_OTHER, err.Error()
}
