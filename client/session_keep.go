package client

import (
	"context"
	"log/slog"
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

// keep renews the session whenever a third of its lease is over.
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

// hedge renews the session by connections of its own, until the session is young again.
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
		level := slog.LevelDebug
		if err != nil && round == 0 && s.ctx.Err() == nil {
			level = slog.LevelInfo
		}
		l.cfg.Log.Log(s.ctx, level, "a session was to be renewed aside", "session", s.name, "err", err)
	}
}

// renewAside renews the session by way of another node than the one at hand or, if there is none, by
// another connection to that, since what keeps a renewal may be the connection: that it
// takes no more streams, or is broken unnoticed.
func (s *Session) renewAside(ctx context.Context, now *conn) error {
	l := s.client.link
	addrs, _ := l.nodes.order(time.Now(), now)
	cn, err := l.dialer.any(ctx, append(addrs, now.addr), func(string) bool { return true })
	if err != nil {
		return err
	}
	defer cn.close(ErrClosed)
	return s.renew(ctx, cn.do)
}
