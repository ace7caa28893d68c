package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	firstJitter  = 25 * time.Millisecond // at most, before the first round: clients do not lose a node alone
	firstBackoff = 50 * time.Millisecond // after the first round of attempts
	drainLimit   = 10 * time.Second      // for the answers to writes on a connection that was left; nodes take 5 s
	stableAfter  = 5 * time.Second       // a connection that lived as long was a good one
)

// run keeps the link connected until the client is closed. Nobody else makes
// a connection the current one.
func (l *link) run(cn *conn) {
	defer l.settle()
	short := 0 // connections in a row that did not last
	for {
		begun := time.Now()
		next := l.attend(cn)
		if next == nil {
			cn.wg.Wait()
			l.lost(cn)
			if time.Since(begun) < stableAfter {
				short++
			} else {
				short = 0
			}
			next = l.redial(cn, short)
		}
		if next == nil {
			return
		}
		if !l.adopt(next) {
			next.close(ErrClosed)
			return
		}
		l.cfg.Log.Info("connected", "addr", next.addr, "node", next.id)
		l.leave(cn)
		cn = next
	}
}

// attend watches over a connection. It returns the one to go on with if
// there is a better one, or nil when the connection or the client ended.
func (l *link) attend(cn *conn) (next *conn) {
	ctx, cancel := context.WithCancel(l.ctx)
	defer cancel()
	var tick <-chan time.Time
	if l.cfg.Keepalive > 0 {
		ticker := time.NewTicker(max(l.cfg.Keepalive/perPeriod, 1))
		defer ticker.Stop()
		tick = ticker.C
	}
	h := health{link: l, conn: cn}
	var found chan *conn // by a move that is under way
	for {
		select {
		case <-cn.ended:
			if found == nil {
				return nil
			}
			cancel() // redial asks all nodes, and settles the move
			return <-found
		case <-tick:
			h.tick()
		case <-l.wake:
			if m := l.wanted(); m != nil && found == nil {
				found = make(chan *conn, 1)
				go func() { found <- l.seek(ctx, cn, m) }()
			}
		case next := <-found:
			if next != nil {
				return next
			}
			found = nil
			l.settle()
		}
	}
}

// lost notes the end of a connection.
func (l *link) lost(cn *conn) {
	l.nodes.fail(cn.addr)
	l.nodes.failNode(cn.id)
	if l.ctx.Err() == nil {
		l.cfg.Log.Warn("connection lost", "addr", cn.addr, "err", cn.reason())
	}
}

// redial tries all nodes again and again, until one answers or the client is
// closed. A pinned one has no other.
func (l *link) redial(old *conn, short int) *conn {
	if l.cfg.Pinned {
		l.set(nil, old.reason())
		return nil
	}
	if l.cfg.GiveUp > 0 {
		timer := time.AfterFunc(l.cfg.GiveUp, func() { l.giveUp(old) })
		defer timer.Stop()
	}
	round := short
	if _, failed := l.nodes.order(time.Now(), nil); !failed {
		round = 0 // the loss says nothing of the others
		sleep(l.ctx, rand.N(firstJitter))
	}
	for ; sleep(l.ctx, backoff(round, l.cfg.MaxBackoff)); round++ {
		addrs, _ := l.nodes.order(time.Now(), nil)
		secret := l.dialer.getSecret()
		cn, err := l.dialer.any(l.ctx, addrs, nil)
		if err == nil {
			return cn
		}
		if _, ok := errors.AsType[denied](err); ok {
			l.deny(old, secret, err)
		}
		l.noted(err)
		l.lookUp()
	}
	return nil
}

// giveUp has calls fail that wait for a connection, until there is one.
func (l *link) giveUp(old *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failWaiting(old, fmt.Errorf("%w (for %v)", l.failure, l.cfg.GiveUp))
}

// deny is giveUp for when nodes do not take a secret, unless there is another one to be
// tried by now.
func (l *link) deny(old *conn, secret string, why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dialer.getSecret() == secret {
		l.failWaiting(old, fmt.Errorf("%w: %w", ErrUnreachable, why))
	}
}

// failWaiting is for mu held.
func (l *link) failWaiting(old *conn, why error) {
	if l.cur.Load() == old && l.err == nil {
		l.err = why
		l.announce()
		l.settleLocked(false)
	}
}

// leave ends a connection that is no longer the current one, once the writes
// on it are answered.
func (l *link) leave(cn *conn) {
	if cn.drain() {
		return
	}
	l.running.Go(func() {
		ctx, cancel := context.WithTimeout(l.ctx, drainLimit)
		defer cancel()
		select {
		case <-cn.ended:
		case <-ctx.Done():
		}
		cn.close(errMoved)
	})
}

// backoff is the time to wait before a round of attempts: nothing before the
// first, then twice as much each time up to max, of which the latter half is
// random.
func backoff(round int, max time.Duration) time.Duration {
	if round == 0 {
		return 0
	}
	d := max
	if round < 32 {
		d = min(max, firstBackoff<<(round-1))
	}
	return d/2 + rand.N(d/2+1)
}

// sleep reports whether ctx still lived after d.
func sleep(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
