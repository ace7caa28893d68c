package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ha/doozer/proto"
)

// The parts of a lease, since the last renewal known to be applied was begun, after which
// something is done.
func renewAfter(lease time.Duration) time.Duration { return lease / 2 }
func hedgeAfter(lease time.Duration) time.Duration { return lease * 2 / 3 }
func lostAfter(lease time.Duration) time.Duration  { return lease - lease/10 }

// ask has a node answer a call.
type ask func(ctx context.Context, cl *call) reply

// age is how old a session is: the time since the last renewal known to be applied.
type age struct {
	time.Duration
	lease time.Duration
	other <-chan struct{} // closed when the lease changes
}

func (s *Session) age() age {
	s.mu.Lock()
	defer s.mu.Unlock()
	return age{s.proven.age(), s.lease, s.other}
}

// until is the time until a part of the lease is over; it may be negative.
func (a age) until(part func(lease time.Duration) time.Duration) time.Duration {
	return part(a.lease) - a.Duration
}

// rest waits for d, or until the lease changes, or the session ends. It reports whether it
// lives.
func (s *Session) rest(a age, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-a.other:
	case <-s.ctx.Done():
		return false
	}
	return true
}

// check ends the session if it is too old.
func (s *Session) check() {
	if s.age().until(lostAfter) <= 0 {
		s.stop(ErrSessionLost)
	}
}

// prove notes that a renewal was applied which came after m.
func (s *Session) prove(m moment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.age() < s.proven.age() {
		s.proven = m
	}
}

// guard ends the session when it is too old, and has other nodes asked before.
// It looks often enough to notice that the machine slept.
func (s *Session) guard() {
	var hedging sync.WaitGroup
	defer hedging.Wait()
	free := make(chan struct{}, 1) // nobody is hedging
	free <- struct{}{}
	for {
		s.check()
		a := s.age()
		next := a.until(hedgeAfter)
		if next <= 0 {
			next = a.until(lostAfter)
			select {
			case <-free:
				hedging.Go(func() { s.hedge(); free <- struct{}{} })
			default:
			}
		}
		if !s.rest(a, max(time.Millisecond, min(next, a.lease/12, time.Second))) {
			return
		}
	}
}

// keep renews the session whenever half of its lease is over.
func (s *Session) keep() {
	for round := 0; ; {
		a := s.age()
		if next := a.until(renewAfter); next > 0 {
			round = 0
			if !s.rest(a, next) {
				return
			}
			continue
		}
		if !sleep(s.ctx, backoff(round, a.lease/12)) {
			return
		}
		round++
		if err := s.renew(s.ctx, s.client.ask); err != nil && s.ctx.Err() == nil {
			s.client.link.cfg.Log.Debug("a session is not renewed", "session", s.name, "err", err)
		}
	}
}

// hedge renews the session by way of other nodes than the one at hand, until the
// session is young again.
func (s *Session) hedge() {
	l := s.client.link
	for round := 0; !l.cfg.Pinned; round++ {
		a := s.age()
		if a.until(hedgeAfter) > 0 || !sleep(s.ctx, backoff(round, a.lease/12)) {
			return
		}
		ctx, cancel := context.WithTimeout(s.ctx, a.lease/6)
		err := s.renewAside(ctx, l.cur.Load())
		cancel()
		l.cfg.Log.Info("a session was to be renewed by way of another node", "session", s.name, "err", err)
	}
}

func (s *Session) renewAside(ctx context.Context, but *conn) error {
	l := s.client.link
	addrs, _ := l.nodes.order(time.Now(), but)
	cn, err := l.dialer.any(ctx, addrs, func(id string) bool { return id != but.id })
	if err != nil {
		return err
	}
	defer cn.close(ErrClosed)
	return s.renew(ctx, cn.do)
}

// renew renews the session, and returns when it is known that this was applied.
//
// The answer to a CHECKIN would say so half a lease later, which is too late to count from
// when it was sent. So another way is gone: first the store's present revision is asked
// for, which covers all that any node has applied before. Whatever writes the session's
// file at a later revision, this renewal or one whose answer was lost, has been applied
// since.
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
	if r.err == nil {
		s.prove(begun)
	}
	return r.err
}

// followFile ends the session when somebody deletes it.
func (s *Session) followFile() {
	s.follow(s.file(), func(v *View) {
		if v.Len() == 0 {
			s.stop(ErrSessionLost)
		}
	})
}

// followLease takes over a lease that was changed.
func (s *Session) followLease() {
	s.follow(leaseFile, func(v *View) {
		f, _ := v.Get(leaseFile)
		s.setLease(parseLease(f.Value))
		s.check()
	})
}

func (s *Session) setLease(lease time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if lease != s.lease {
		s.lease = lease
		close(s.other)
		s.other = make(chan struct{})
	}
}

// follow calls f with a file as it is, and whenever it has changed, until the session ends.
func (s *Session) follow(path string, f func(*View)) {
	for round := 0; sleep(s.ctx, backoff(round, time.Second)); round++ {
		m, err := s.client.Mirror(s.ctx, path)
		if err != nil {
			continue
		}
		for v, err := range m.Views(s.ctx) {
			if err == nil {
				round = 0
				f(v)
			}
		}
		m.Close()
	}
}
