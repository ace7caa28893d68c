package peer

import (
	"errors"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// codeOf is the number by which consensus carries the result of a mutation,
// also from the node that applied it to the one that passed it on. Of a transaction
// it tells, above codeBits, the step as well, counted from 1.
func codeOf(err error) int32 {
	if err == nil {
		return 0
	}
	var at *store.StepError
	if errors.As(err, &at) {
		return plainCode(at.Err) | int32(at.Step+1)<<codeBits
	}
	return plainCode(err)
}

const codeBits = 8

func plainCode(err error) int32 {
	switch {
	case errors.Is(err, store.ErrRevMismatch):
		return int32(proto.Response_REV_MISMATCH)
	case errors.Is(err, store.ErrIsDir):
		return int32(proto.Response_ISDIR)
	case errors.Is(err, store.ErrNotDir):
		return int32(proto.Response_NOTDIR)
	case errors.Is(err, store.ErrBadPath):
		return int32(proto.Response_BAD_PATH)
	}
	return int32(proto.Response_OTHER)
}

// errorOf is the result that code stands for. The code may come from anywhere.
func errorOf(code int32) error {
	if code == 0 {
		return nil
	}
	err := plainError(code & (1<<codeBits - 1))
	if step := code >> codeBits; step > 0 {
		return &store.StepError{Step: int(step) - 1, Err: err}
	}
	return err
}

func plainError(code int32) error {
	switch proto.Response_Err(code) {
	case proto.Response_REV_MISMATCH:
		return store.ErrRevMismatch
	case proto.Response_ISDIR:
		return store.ErrIsDir
	case proto.Response_NOTDIR:
		return store.ErrNotDir
	case proto.Response_BAD_PATH:
		return store.ErrBadPath
	}
	return store.ErrBadMutation
}
