package client

import (
	"context"
	"errors"
	"fmt"
)

// What may come of locks.
var (
	ErrLocked   = errors.New("somebody else has the lock")
	ErrLockLost = errors.New("lock lost")
	ErrUnlocked = errors.New("lock given up")
)

// A Lock is held by one session at a time. Those who want it stand in line: each has an
// ephemeral file in the directory that is the lock's path, in which the session is named,
// and the one whose file has the lowest revision holds it. It is passed on in
// that order, and when it is only the next in line hears of it.
//
// # Fencing
//
// Nobody can be sure to hold a lock at the moment in which something that it does takes
// effect: the program may be stopped in between for longer than its session lives. Where
// two at a time would do harm, what the lock protects has to refuse who comes late. That is
// what the token is for: each holder's is higher than those of all holders before.
//
// In the store itself, check that the lock is held at the very revision of the write:
//
//	rev, err := c.Commit(ctx, l.Check(new(client.Txn).Set("/jobs/next", rev, job)))
//
// Elsewhere, send the token along with each request, and have the resource keep the
// highest that it has seen, and refuse lower ones. Show it yours before you do anything
// else, reading included: until it has seen that, it refuses nothing of the holder before.
type Lock struct {
	place *place
	ctx   context.Context // ends with the lock; its cause says why
	stop  context.CancelCauseFunc
}

// Lock takes the lock at a path, and waits for it until ctx ends. The lock is held
// until Unlock, or until the session ends.
//
// The path is that of a directory, of this lock alone. An error leaves nothing behind: a
// file that may have been made is deleted, in the background, or goes with the session.
// ErrNotDir says that there is a file at the path: such were the locks of 2011, which
// these do not mix with. ErrTooManyLocks says that the session has MaxLocks.
//
// It is not re-entrant: a session that has the lock and asks for it again stands in line behind itself.
func (s *Session) Lock(ctx context.Context, path string) (*Lock, error) {
	return s.lock(ctx, path, []byte(s.name), (*place).wait)
}

// TryLock takes a lock if nobody holds it; else the error is ErrLocked.
func (s *Session) TryLock(ctx context.Context, path string) (*Lock, error) {
	v, err := s.client.readAll(ctx, path+"/*", 0, tooLate)
	if err == nil && v.Len() > 0 {
		err = ErrLocked
	}
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return s.lock(ctx, path, []byte(s.name), func(p *place, ctx context.Context) error {
		before, err := p.look(ctx, tooLate)
		if before != nil {
			return ErrLocked
		}
		return err
	})
}

// lock takes a place in line and waits, in its way, to be the first.
func (s *Session) lock(ctx context.Context, path string, value []byte, wait func(*place, context.Context) error) (*Lock, error) {
	ctx, cancel := s.join(ctx)
	defer cancel()
	p, err := s.enqueue(ctx, path, value)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, s.or(ctx, err))
	}
	if err := wait(p, ctx); err != nil {
		p.abandon(ctx)
		return nil, fmt.Errorf("lock %s: %w", path, s.or(ctx, err))
	}
	l := &Lock{place: p}
	l.ctx, l.stop = context.WithCancelCause(s.ctx)
	s.background(l.watch)
	return l, nil
}

// join returns a context that ends with ctx, and with the session.
func (s *Session) join(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	leave := context.AfterFunc(s.ctx, cancel)
	return ctx, func() { leave(); cancel() }
}

// or is why the session ended, if it did, else err.
func (s *Session) or(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		if why := s.Err(); why != nil {
			return why
		}
	}
	return err
}

// watch ends the lock when somebody takes its file away, or writes it.
func (l *Lock) watch() {
	p := l.place
	for round := 0; sleep(l.ctx, backoff(round, settleMaxPause)); round++ {
		if p.session.client.changed(l.ctx, p.file) == nil {
			p.session.check() // after a sleep the news may come before the session's own end
			l.stop(p.session.gone(l.ctx, p.file.Path))
			p.giveUp() // if it was written, it is not to stand in the way of those who come
		}
	}
}

// Token is the lock's revision, and higher than that of every holder before.
func (l *Lock) Token() int64 { return l.place.file.Rev }

// Path is the file by which the lock is held. It is there, at the revision Token, as long
// as the lock is.
func (l *Lock) Path() string { return l.place.file.Path }

// Check adds to a transaction that the lock is held when it is done; else it fails with
// ErrRevMismatch.
func (l *Lock) Check(t *Txn) *Txn { return t.Check(l.Path(), l.Token()) }

// Done is closed when the lock is held no more: Unlock was called, the session ended, or
// somebody deleted or wrote the file. The first two it tells before anybody else has the lock.
func (l *Lock) Done() <-chan struct{} { return l.ctx.Done() }

// Context ends when Done is closed: for what is to be done while the lock is held.
func (l *Lock) Context() context.Context { return l.ctx }

// Err says why the lock is held no more; nil while it is: ErrUnlocked, ErrLockLost if somebody
// deleted or wrote its file, or the error of the session.
func (l *Lock) Err() error {
	l.place.session.check()
	return l.place.session.cause(l.ctx)
}

// Unlock gives the lock up. An error says that ctx, or the session, ended before that was certain. It then goes on
// in the background; the end of the session gives the lock up in any case.
func (l *Lock) Unlock(ctx context.Context) error {
	l.stop(ErrUnlocked)
	if err := l.place.leave(ctx); err != nil {
		return fmt.Errorf("unlock %s: %w", l.place.dir, err)
	}
	return nil
}
