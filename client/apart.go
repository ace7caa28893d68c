package client

import "context"

// apart makes a connection for a stream alone, if its reader was slower than the
// node and to ask again is costly. That connection is read no faster than the
// stream: what the reader does not take waits in the network and with the node, which keeps
// what it began with however far the history moves on. nil: the shared one has to do.
func (s *stream) apart(cn *conn) *conn {
	s.mu.Lock()
	wanted := s.behind && s.cur.costly()
	s.behind, s.own = false, nil
	s.mu.Unlock()
	if !wanted {
		return nil
	}
	own := s.link.beside(s.life, cn)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.own = own
	return own
}

// hold waits until the reader has taken all that is queued, or wants no more. It is for
// the reader of a connection that is the stream's own.
func (f *feed) hold() {
	s := f.stream
	s.mu.Lock()
	defer s.mu.Unlock()
	for f == s.feed && s.err == nil && !s.paused && s.head < len(s.queue) {
		s.empty.Wait()
	}
}

// beside makes one more connection to the node of cn. It ends with cn, which is
// watched over, or with ctx. nil: it could not be made.
func (l *link) beside(ctx context.Context, cn *conn) *conn {
	a := l.dialer.dialOne(ctx, cn.addr)
	if a.err != nil {
		l.cfg.Log.Debug("no connection for a slow reader", "addr", cn.addr, "err", a.err)
		return nil
	}
	if a.conn.id != cn.id || !cn.tie(ctx, a.conn) {
		a.conn.close(ErrClosed)
		return nil
	}
	return a.conn
}

// tie has other end when c does, or ctx. It reports whether c lives.
func (c *conn) tie(ctx context.Context, other *conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return false
	}
	c.wg.Go(func() {
		select {
		case <-c.ended:
		case <-other.ended:
		case <-ctx.Done():
		}
		why := c.reason()
		if why == nil {
			why = ErrClosed
		}
		other.close(why)
	})
	return true
}
