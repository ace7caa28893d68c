package client

import (
	"context"
	"sync"
	"time"
)

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
		if !sleep(s.ctx, max(time.Millisecond, min(next, a.lease/12, time.Second))) {
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
			if !sleep(s.ctx, next) {
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
