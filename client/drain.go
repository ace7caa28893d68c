package client

// drain begins to leave a connection to a node that lives: it takes no more
// requests, and gives up its reads and streams, which are repeated elsewhere.
// Writes are still answered; with the last answer it ends. It reports whether
// it has ended.
func (c *conn) drain() bool {
	c.mu.Lock()
	c.draining = true
	c.letSenders()
	var moved []sink
	for tag, p := range c.open {
		if !p.write {
			c.remove(tag, p)
			moved = append(moved, p.sink)
		}
	}
	empty := len(c.open) == 0
	c.mu.Unlock()
	for _, s := range moved {
		s.take(reply{err: errMoved})
	}
	if empty {
		c.close(errMoved)
	}
	return empty
}

// post sends a request that is never held up, and whose answer nobody waits for
// but s.
func (c *conn) post(q *request, s sink) {
	c.mu.Lock()
	if c.refusal() != nil {
		c.mu.Unlock()
		return
	}
	q.tag = c.nextTag()
	c.add(q.tag, pending{sink: s})
	// An error is the end of the connection, of which read tells.
	_ = c.frames.Queue(&q.msg)
	c.unlockAndFlush()
}
