package peer

import (
	"errors"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// codeOf is the number by which consensus carries the result of a mutation,
// also from the node that applied it to the one that passed it on.
func codeOf(err error) int32 {
	switch {
	case err == nil:
		return 0
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

// errorOf is the result that code stands for.
func errorOf(code int32) error {
	switch proto.Response_Err(code) {
	case 0:
		return nil
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
