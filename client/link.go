package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// link is a client's tie to its cluster: at any time one connection, and when
// that is lost the next. One goroutine, run, decides which connection it is;
// calls take the one there is, and wait for the next one when it fails them.
type link struct {
	cfg    Config
	dialer *dialer
	nodes  *nodes
	ns     *nameService // nil: there is none to ask
	asking atomic.Bool  // it is being asked

	ctx     context.Context // ends with the client
	stop    context.CancelFunc
	running sync.WaitGroup

	cur  atomic.Pointer[conn] // the latest connection, also if it ended. Never nil once started
	wake chan struct{}        // cap 1: there is a move for run to make

	mu      sync.Mutex
	changed chan struct{} // closed, and made anew, when cur or err changes
	err     error         // why nobody is to wait for another connection
	failure error         // of the latest round of attempts; ErrUnreachable
	moving  *move         // what run is asked to do
	pace    pace          // of moves
}

func newLink(cfg Config, u *URI) *link {
	l := &link{
		cfg:     cfg,
		nodes:   newNodes(u.Addrs),
		wake:    make(chan struct{}, 1),
		changed: make(chan struct{}),
		failure: ErrUnreachable,
	}
	l.ctx, l.stop = context.WithCancel(context.Background())
	l.dialer = &dialer{
		net: cfg.DialContext, pinned: cfg.Pinned, admit: cfg.Admit, failed: l.nodes.fail,
		secret: cmp.Or(u.Secret, cfg.Secret), log: cfg.Log,
	}
	return l
}

// start begins the link's life with its first connection.
func (l *link) start(cn *conn) {
	l.cur.Store(cn)
	l.running.Go(func() { l.run(cn) })
}

// close ends the connection, and all that waits for one.
func (l *link) close() {
	l.set(nil, ErrClosed)
	l.stop()
	l.cur.Load().end(ErrClosed)
	l.running.Wait()
	l.dialer.stragglers.Wait()
	l.cur.Load().wg.Wait()
}

// background runs f until it returns, which it has to do when the link's context ends. It
// reports whether it does: of a closed link nothing is begun any more.
func (l *link) background(f func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == ErrClosed {
		return false
	}
	l.running.Go(f)
	return true
}

// set makes cn the connection, or, if it is nil, err the reason why there will
// be none. It reports whether it did: a closed link stays closed.
func (l *link) set(cn *conn, err error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.setLocked(cn, err)
}

func (l *link) setLocked(cn *conn, err error) bool {
	if l.err == ErrClosed { // and no other error that matches it, as one of Config.Admit may
		return false
	}
	if cn != nil {
		l.cur.Store(cn)
		l.settleLocked(true)
	}
	l.err, l.failure = err, ErrUnreachable
	l.announce()
	return true
}

// announce wakes who waits for cur or err to change. mu is held.
func (l *link) announce() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// noted keeps the failure of a round of attempts, for those who end while
// they wait. Of one that ended too late nobody is to hear.
func (l *link) noted(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if cn := l.cur.Load(); cn != nil && cn.reason() == nil {
		return
	}
	if !errors.Is(err, ErrUnreachable) {
		err = fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	l.failure = err
}

// after waits for a connection other than old.
func (l *link) after(ctx context.Context, old *conn) (*conn, error) {
	for {
		l.mu.Lock()
		cn, err, changed := l.cur.Load(), l.err, l.changed
		l.mu.Unlock()
		switch {
		case cn != old:
			return cn, nil
		case err != nil:
			return nil, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", l.latestFailure(), ctx.Err())
		}
	}
}

func (l *link) latestFailure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failure
}
