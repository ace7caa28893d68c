package client

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ha/doozer/proto"
)

const (
	sessDir   = "/ctl/sess"
	goneDir   = "/ctl/gone" // whose file is there while an ended session leaves something
	leaseFile = proto.LeasePath
)

// Why a session ended.
var (
	ErrSessionLost   = errors.New("session lost")
	ErrSessionClosed = errors.New("session closed")
)

// A Session is what a program that lives has in the cluster: files that it made with Set, and
// the locks that it holds, go when the session does. It is kept alive in the background, and
// is safe for concurrent use. A program needs one, for all of its locks, elections and files.
// It takes some four of the 1,024 streams that a node allows a connection, and each lock one
// more, of which it has MaxLocks at most. Where there are no streams left it is renewed all the same (unless
// the client is Pinned), by a connection of its own each time; a program with a thousand watches
// spares itself that with another client for them.
//
// # How long it lives
//
// The members of the cluster end a session when they have seen no renewal for a lease: 6 s,
// unless the file /ctl/lease says otherwise. A Session renews after a third of a lease. When that
// is not known to have been done after 0.55 of it, it tries by connections of its own as well,
// through other nodes first: so a node that stops without a word costs no session.
//
// The session is lost, for this program, when 0.8 of a lease have passed since the
// last renewal that is known to have been applied was begun. So an outage of 0.46 of a
// lease, 2.8 s, is borne whenever it begins. A member counts from when it saw that renewal,
// which was later, and counts a whole lease; so Done is closed here before anybody else may
// take what the session held, as long as the rates of both clocks are wrong by 10 % at most,
// be it in opposite directions. On Linux the clock goes on while the machine sleeps; then,
// and when the process was stopped, Err tells at once, and Done within a second.
//
// What is sent before the end may still arrive after it. Where that matters let what is
// written to check: see Lock.Token.
//
// When /ctl/lease changes, a session lives by the new one from its next renewal on.
type Session struct {
	client  *Client
	name    string
	ctx     context.Context // ends with the session; its cause says why
	stop    context.CancelCauseFunc
	running sync.WaitGroup

	mu     sync.Mutex
	proven moment        // all members have seen a renewal that came after this
	lease  time.Duration // that was in force at that renewal

	places map[string]bool // by path, MaxLocks at most: whether it is wanted still. Else it is being deleted
	swept  []swept         // the first is the oldest; maxSwept at most
}

// NewSession makes a session of a new name. The context bounds the making only: the session
// lives until Close, or until it is lost, or the client is closed; then the cluster ends it
// after a lease. When it is unknown whether it was made, or took too long, another one is,
// and the first is left to end by itself.
func (c *Client) NewSession(ctx context.Context) (*Session, error) {
	s := &Session{client: c, name: rand.Text(), proven: now(), places: make(map[string]bool)}
	for round := 1; ; round++ {
		err := c.Checkin(ctx, s.name, Missing)
		if err == nil {
			s.lease, err = s.firstLease(ctx)
		}
		if err == nil && s.age().until(lostAfter) > 0 {
			break
		}
		if err != nil && !errors.Is(err, ErrOutcomeUnknown) || !sleep(ctx, backoff(round, settleMaxPause)) {
			return nil, fmt.Errorf("session: %w", cmp.Or(err, ctx.Err()))
		}
		s.name, s.proven = rand.Text(), now()
	}
	s.ctx, s.stop = context.WithCancelCause(c.link.ctx)
	for _, f := range []func(){s.guard, s.keep, s.followFile} {
		s.background(f)
	}
	return s, nil
}

// Name is the session's name.
func (s *Session) Name() string { return s.name }

// Done is closed when the session has ended.
func (s *Session) Done() <-chan struct{} { return s.ctx.Done() }

// Err says why the session has ended, nil while it lives: ErrSessionLost, ErrSessionClosed
// or, with its client, ErrClosed. It looks at the clock: after a sleep it knows before Done
// is closed.
func (s *Session) Err() error {
	s.check()
	return s.cause(s.ctx)
}

// cause is why ctx, the session's or one made of it, has ended.
func (s *Session) cause(ctx context.Context) error {
	err := context.Cause(ctx)
	if errors.Is(err, context.Canceled) {
		return ErrClosed // the client ended it
	}
	return err
}

// Set is like Client.Set, for a file that is deleted when the session ends. When the session has
// ended, the error is that of Err.
func (s *Session) Set(ctx context.Context, path string, rev int64, value []byte) (newRev int64, err error) {
	if err := s.Err(); err != nil {
		return 0, fmt.Errorf("set %s: %w", path, err)
	}
	newRev, err = s.client.SetEphemeral(ctx, path, rev, value, s.name)
	if errors.Is(err, ErrNoEnt) {
		s.stop(ErrSessionLost)
		return 0, fmt.Errorf("set %s: %w", path, s.Err())
	}
	return newRev, err
}

// Close ends the session, and deletes it: the cluster then deletes its files, for which Close waits. It takes a lease at
// most, also while there is no majority. An error says that it is not certain that the session was deleted;
// then it ends with its lease, as one that is lost already does: there is nothing to do for that.
func (s *Session) Close(ctx context.Context) error {
	lost := errors.Is(s.Err(), ErrSessionLost)
	s.mu.Lock() // so that nothing is begun in the background any more
	s.stop(ErrSessionClosed)
	s.mu.Unlock()
	s.running.Wait()
	if lost {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.age().lease)
	defer cancel()
	if err := s.client.remove(ctx, s.file()); err != nil {
		return err
	}
	s.awaitCleared(ctx)
	return nil
}

// awaitCleared waits until nothing that the session has left is there any more: so whoever makes it anew finds
// no file of its own in the way.
func (s *Session) awaitCleared(ctx context.Context) {
	note := goneDir + "/" + s.name
	for round := 0; sleep(ctx, backoff(round, settleMaxPause)); round++ {
		_, rev, err := s.client.Get(ctx, note)
		if err == nil && rev != Missing {
			_, err = s.client.Wait(ctx, note, rev+1)
		}
		if !passes(err) {
			return
		}
	}
}

// quit is Close where nobody asks how it went.
func (s *Session) quit(ctx context.Context) {
	if err := s.Close(ctx); err != nil && ctx.Err() != context.Canceled {
		s.client.link.cfg.Log.Info("a session ends with its lease", "session", s.name, "err", err)
	}
}

// file is the session's file.
func (s *Session) file() string { return sessDir + "/" + s.name }

// background has f run beside the session, if it lives. f has to end when the session's
// context does.
func (s *Session) background(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return
	}
	s.running.Add(1)
	if !s.client.link.background(func() { defer s.running.Done(); f() }) {
		s.running.Done()
	}
}

// remove deletes a file that nobody makes again, and makes sure of it.
func (c *Client) remove(ctx context.Context, path string) error {
	for round := 1; ; round++ {
		err := c.Del(ctx, path, Clobber)
		if !errors.Is(err, ErrOutcomeUnknown) || !sleep(ctx, backoff(round, settleMaxPause)) {
			return err
		}
	}
}

// firstLease is the lease that was in force when the session was made.
func (s *Session) firstLease(ctx context.Context) (time.Duration, error) {
	_, rev, err := s.client.Get(ctx, s.file())
	if err != nil || rev == Missing { // it is gone already: the first renewal tells
		return proto.MinLease, err
	}
	value, _, err := s.client.Get(ctx, leaseFile, At(rev))
	return proto.Lease(value), err
}
