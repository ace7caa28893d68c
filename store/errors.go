package store

import "errors"

// Revisions with a meaning of their own.
const (
	Clobber int64 = -1 // a write's rev: whatever is there
	Missing int64 = 0  // a read's rev: nothing is there
	Dir     int64 = -2 // a read's rev: a directory
)

// Limits, in bytes. One byte more is an error.
const (
	MaxValue = 1 << 20
	MaxPath  = 4096 // of a path, and of a glob
)

// Limits, in names. A name costs more than its bytes: each directory on the way has its path.
const (
	MaxNames    = 128  // of a path
	MaxTxnNames = 4096 // of the paths of a transaction together
)

// Errors, to be told apart with errors.Is.
var (
	ErrTooLate       = errors.New("too late")             // a revision below the kept history
	ErrFuture        = errors.New("revision not reached") // a revision above the applied one
	ErrBadPath       = errors.New("bad path")             // also of a glob
	ErrNotDir        = errors.New("not a directory")      // a file stands where a directory would have to
	ErrIsDir         = errors.New("is a directory")       // a write to a directory
	ErrNoEnt         = errors.New("no such file or directory")
	ErrRange         = errors.New("out of range")    // no entry or match at that offset
	ErrRevMismatch   = errors.New("rev mismatch")    // a compare-and-set that lost
	ErrValueTooLarge = errors.New("value too large") // above MaxValue
	ErrBadMutation   = errors.New("bad mutation")    // bytes that are no mutation
	ErrTxnSteps      = errors.New("a transaction has 1 to 128 steps")
	ErrTxnNames      = errors.New("a transaction's paths have 4096 names at most")
	ErrBadStep       = errors.New("bad step")     // of a transaction: one that cannot be meant
	ErrBadSnapshot   = errors.New("bad snapshot") // files that can be no tree
	ErrBadConfig     = errors.New("bad config")   // a Config out of its range
	ErrClosed        = errors.New("watch closed")
)
