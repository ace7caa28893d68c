package client

import (
	"context"
	"fmt"
	"time"
)

const moveLimit = 2 * time.Second // for a move to find a better node

// move is the wish to leave a node that lives, but serves badly.
type move struct {
	why  error
	rev  int64         // if not 0, no node will do that is known to have forgotten this revision
	done chan struct{} // closed when it was made, or could not be
}

// elsewhere has the link move away from a node that serves badly, to one that
// answers and can reach a majority. It returns nil if there is none, none was
// found a moment ago, or there were many moves lately. An error says that
// ctx ended, or why nobody is to wait for a node.
func (l *link) elsewhere(ctx context.Context, from *conn, why error) (*conn, error) {
	l.mu.Lock()
	m := l.ask(from, &move{why: why})
	l.mu.Unlock()
	return l.moved(ctx, from, m, why)
}

// history is elsewhere for a request for a revision that the node has
// forgotten. As long as some node may have it, it waits until a move may be
// made.
func (l *link) history(ctx context.Context, from *conn, rev int64) (*conn, error) {
	l.nodes.forgot(from.id, rev)
	for !l.nodes.allForgot(rev) {
		l.mu.Lock()
		m := l.ask(from, &move{why: ErrTooLate, rev: rev})
		pause, changed, err := time.Until(l.pace.until), l.changed, l.err
		l.mu.Unlock()
		if m != nil || err != nil || l.cur.Load() != from || l.cfg.Pinned {
			return l.moved(ctx, from, m, ErrTooLate)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-changed:
		case <-ctx.Done():
			return l.moved(ctx, from, nil, ErrTooLate)
		}
		timer.Stop()
	}
	return nil, nil
}

// moved waits for the end of a move, if there is one, and says where it led.
func (l *link) moved(ctx context.Context, from *conn, m *move, why error) (*conn, error) {
	if m != nil {
		select {
		case <-m.done:
		case <-ctx.Done():
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if cn := l.cur.Load(); cn != from {
		return cn, nil
	}
	if l.err != nil && !l.cfg.Pinned {
		return nil, l.err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%w (the node had refused: %v)", err, why)
	}
	return nil, nil
}

// suggest is elsewhere for those who do not wait.
func (l *link) suggest(from *conn, why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ask(from, &move{why: why})
}

// ask hands run the wish to move away from a connection, unless it is vain.
// It returns the move to wait for, or nil. mu is held.
func (l *link) ask(from *conn, m *move) *move {
	if l.cfg.Pinned || l.err != nil || l.cur.Load() != from {
		return nil
	}
	if l.moving != nil {
		return l.moving
	}
	if time.Now().Before(l.pace.until) {
		return nil
	}
	m.done = make(chan struct{})
	l.moving = m
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return m
}

// wanted returns the move that run is asked for, or nil.
func (l *link) wanted() *move {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.moving
}

// settle tells those who asked for a move that there was nowhere to go.
func (l *link) settle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.settleLocked(false)
}

// settleLocked tells them whether it was made. mu is held.
func (l *link) settleLocked(made bool) {
	if l.moving == nil {
		return
	}
	close(l.moving.done)
	l.moving = nil
	l.pace.note(time.Now(), made)
}

// seek looks for a better node than a connection's, until ctx ends at the
// latest.
func (l *link) seek(ctx context.Context, cn *conn, m *move) *conn {
	ctx, cancel := context.WithTimeout(ctx, moveLimit)
	defer cancel()
	l.nodes.fail(cn.addr)
	l.nodes.failNode(cn.id)
	addrs, _ := l.nodes.order(time.Now(), cn)
	next, err := l.dialer.any(ctx, addrs, func(id string) bool {
		return id != cn.id && !l.nodes.hasForgotten(id, m.rev)
	})
	if err != nil {
		l.cfg.Log.Debug("no better node", "addr", cn.addr, "why", m.why, "err", err)
		return nil
	}
	l.cfg.Log.Info("leaving", "addr", cn.addr, "why", m.why)
	return next
}
