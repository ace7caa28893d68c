package server

import "errors"

// What a Node says of a proposal or a read that came to nothing, beside the
// errors of the store.
var (
	// ErrReadonly: nothing was proposed and nothing passed on; trying
	// elsewhere writes nothing twice.
	ErrReadonly = errors.New("read-only")
	// ErrOutcomeUnknown: whether the write happened, or will, is not known.
	ErrOutcomeUnknown = errors.New("outcome unknown")
	// ErrNoQuorum: no majority confirmed the read in time.
	ErrNoQuorum = errors.New("no quorum")
)

// Node is what the server needs of the node it stands on. Its methods are
// called from many goroutines and never block.
type Node interface {
	// ID is the node's id, which SELF answers.
	ID() string
	// Propose hands mutations over for agreement; each is completed exactly
	// once. The slice, but not the mutations, is the caller's again on return.
	Propose(ps []Proposal)
	// Read asks for a linearizable read point: ReadReady is called exactly
	// once, maybe before Read returns, and within the node's time limit.
	Read(r Reader)
	// Hurry has what was handed over taken. It may do that itself.
	Hurry()
}

// Proposal is a mutation on its way, and who is to be told.
type Proposal struct {
	Mutation []byte // not modified any more by anyone
	Tag      uint64 // the Completer's own number for it
	To       Completer
}

// Completer is told what became of proposals, on the node's loop. It is quick
// and never blocks.
type Completer interface {
	// Complete says that the proposal was applied as revision seqn, or failed:
	// with an error of the store (which uses up seqn as well), ErrReadonly or
	// ErrOutcomeUnknown.
	Complete(tag uint64, seqn int64, err error)
	// Flush follows once after a batch of Completes.
	Flush()
}

// Reader waits for a read point, and is called like a Completer.
type Reader interface {
	// ReadReady says that what the store shows from now on is linearizable
	// for reads that arrived before Node.Read was called; or ErrNoQuorum.
	ReadReady(err error)
	// Flush follows once after a batch of ReadReadys.
	Flush()
}
