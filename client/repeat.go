package client

import "errors"

// maxRefusals is how many nodes may refuse a request, as opposed to being lost,
// before their refusal is the answer.
const maxRefusals = 3

// next is what to do when an answer, or a failure, has come.
type next int

const (
	stop      next = iota // it is the caller's
	again                 // ask again, on the connection that follows
	elsewhere             // the node refused, and another one may do it
)

// next says whether a request may be repeated. One that writes is sent a second
// time only if it is certain that nothing came of the first.
func (r *reply) next(writes bool) next {
	switch {
	case r.err == nil:
		return stop
	case errors.Is(r.err, ErrReadonly), !writes && (errors.Is(r.err, ErrNoQuorum) || errors.Is(r.err, ErrTooLate)):
		return elsewhere
	case errors.Is(r.err, ErrLost) && !(writes && r.sent):
		return again
	}
	return stop
}
