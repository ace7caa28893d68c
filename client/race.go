package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// attempt is what came of dialing one address.
type attempt struct {
	addr    string
	conn    *conn
	cluster string // the name of the node's cluster, where it could be read
	quorum  bool   // the node reaches a majority
	err     error
}

// race is a round of attempts, of which one is to win.
type race struct {
	dialer  *dialer
	addrs   []string             // not tried yet
	more    <-chan []string      // brings others, once; nil: none will come
	fit     func(id string) bool // if not nil, whether a node may win, with a majority
	results chan attempt
	running map[string]time.Time // by address: since when it is tried
	stagger *time.Timer          // until the next address is tried beside those

	spare    attempt          // answers, but reaches no majority
	enough   <-chan time.Time // when to be content with that one
	failures failures
}

// start begins the next attempt, if there is one.
func (r *race) start(ctx context.Context) {
	if len(r.addrs) == 0 || ctx.Err() != nil {
		return
	}
	addr := r.addrs[0]
	r.addrs = r.addrs[1:]
	r.running[addr] = time.Now()
	r.stagger.Reset(max(minStagger, dialStagger/time.Duration(len(r.running))))
	go func() { r.results <- r.dialer.dialOne(ctx, addr) }()
}

// take reports whether an attempt won.
func (r *race) take(ctx context.Context, a attempt) bool {
	begun := r.running[a.addr]
	delete(r.running, a.addr)
	switch {
	case a.err != nil:
		if ctx.Err() == nil || time.Since(begun) > slowAnswer {
			r.dialer.failed(a.addr)
		}
		r.failures = append(r.failures, a.err)
	case r.fit != nil && !r.fit(a.conn.id):
		a.conn.close(ErrClosed)
	case a.quorum:
		return true
	case r.fit != nil || r.spare.conn != nil:
		a.conn.close(ErrClosed)
		r.failures = append(r.failures, fmt.Errorf("%s: %w", a.addr, ErrNoQuorum))
	default:
		r.spare = a
		r.enough = time.After(quorumWait)
	}
	return false
}

// second settles for a node without a majority.
func (r *race) second() *conn {
	a := r.spare
	r.spare = attempt{}
	r.dialer.belong(a.cluster)
	return a.conn
}

// failure says why nobody won. What a node itself refused tells more than what
// others did not answer, and that one was not admitted more than that time was up.
func (r *race) failure(ctx context.Context) error {
	refused := r.notAdmitted()
	if err := ctx.Err(); err != nil {
		return unreachable(append(refused, err))
	}
	if err := r.denial(); err != nil {
		return denied{err}
	}
	if len(refused) == 0 {
		for _, err := range r.failures {
			if isAnswer(err) && !errors.Is(err, ErrNoQuorum) {
				return err
			}
		}
	}
	if len(r.failures) == 0 {
		return fmt.Errorf("%w: no other is known", ErrUnreachable)
	}
	return unreachable(r.failures)
}

// denied is the failure of a round of attempts in which most nodes denied access.
type denied struct{ error }

func (e denied) Unwrap() error { return e.error }

// denial is what most nodes said if they denied access, or nil. That a few did, of which one may be
// another cluster's at an old address by now, says nothing of those that did not answer.
func (r *race) denial() (why error) {
	n := 0
	for _, err := range r.failures {
		if errors.Is(err, ErrPermission) {
			n, why = n+1, err
		}
	}
	if 2*n <= len(r.failures) {
		return nil
	}
	return why
}

// notAdmitted is those of the failures that are refusals of Config.Admit.
func (r *race) notAdmitted() (refused failures) {
	for _, err := range r.failures {
		if _, ok := errors.AsType[notAdmitted](err); ok {
			refused = append(refused, err)
		}
	}
	return refused
}

// abandon closes what attempts that nobody waits for any more still bring, and
// notes which of them were slow.
func (r *race) abandon() {
	if r.spare.conn != nil {
		r.spare.conn.close(ErrClosed)
	}
	for addr, begun := range r.running {
		if time.Since(begun) > slowAnswer {
			r.dialer.failed(addr)
		}
	}
	n := len(r.running)
	if n == 0 {
		return
	}
	r.dialer.stragglers.Go(func() {
		for range n {
			if a := <-r.results; a.conn != nil {
				a.conn.close(ErrClosed)
			}
		}
	})
}
