package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ha/doozer/proto"
)

// ask has a node answer a call.
type ask func(ctx context.Context, cl *call) reply

// renew renews the session, and returns when it is known that this was applied.
//
// The answer to a CHECKIN would say so half a lease later, which is too late to count from
// when it was sent. So another way is gone: first the store's present revision is asked
// for, which covers all that any node has applied before (a read sees whatever was chosen
// before it was sent: doc/consensus.md). What writes the session's file at a later revision,
// be it this renewal or one whose answer was lost, was applied after that, everywhere.
func (s *Session) renew(ctx context.Context, ask ask) error {
	begun := now()
	r := ask(ctx, newCall(proto.Request_REV))
	if r.err != nil {
		return r.err
	}
	var asking sync.WaitGroup
	defer asking.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	send := func(verb proto.Request_Verb, path string, rev int64) <-chan reply {
		answer := make(chan reply, 1)
		asking.Go(func() {
			cl := newCall(verb)
			cl.setPath(path)
			cl.setRev(rev)
			answer <- ask(ctx, cl)
		})
		return answer
	}
	change := send(proto.Request_WAIT, s.file(), r.rev+1)
	answer := send(proto.Request_CHECKIN, s.name, Clobber)
	select {
	case r = <-change:
		if r.err != nil {
			r = <-answer
		}
	case r = <-answer:
	}
	if r.has(proto.Response_DEL_EVENT) || errors.Is(r.err, ErrRevMismatch) {
		s.stop(ErrSessionLost)
		return ErrSessionLost
	}
	if r.err != nil {
		return r.err
	}
	lease, err := s.leaseAt(ctx, ask, r.rev)
	if err == nil {
		s.prove(begun, lease)
	}
	return err
}

// leaseAt is the lease that was in force at a revision at which the session was renewed. If
// that is not known, 0, it is the shorter one of the present lease and that of the last renewal.
func (s *Session) leaseAt(ctx context.Context, ask ask, rev int64) (time.Duration, error) {
	cl := newCall(proto.Request_GET)
	cl.setPath(leaseFile)
	if rev > 0 {
		cl.setRev(rev)
	}
	r := ask(ctx, cl)
	lease := proto.Lease(r.value)
	if rev == 0 {
		lease = min(lease, s.age().lease)
	}
	return lease, r.err
}
