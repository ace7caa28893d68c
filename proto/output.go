package proto

import "fmt"

// flushRounds is how many writes a Flush makes at most while others go on
// queueing, before it leaves the rest to the writer goroutine.
const flushRounds = 4

// Queue appends a frame with m to the output; Flush writes it. It never
// blocks. Its error is why the connection ended, which may be this frame:
// over the limit of output the connection is ended with ErrSlowReader.
func (c *Conn) Queue(m Marshaler) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return c.err
	}
	c.out = AppendFrame(c.out, m)
	if n := c.pending(); n > c.cfg.MaxOutput {
		c.endLocked(fmt.Errorf("%w: %d bytes wait, and %d is the limit", ErrSlowReader, n, c.cfg.MaxOutput))
	}
	return c.err
}

// TryQueue is Queue for those who can wait: it queues nothing, and returns
// false, while as many bytes as the mark, or more, wait already, and when
// the connection ended. Await waits for a better moment and tells which.
func (c *Conn) TryQueue(m Marshaler) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil || c.pending() >= c.cfg.Mark {
		return false
	}
	c.out = AppendFrame(c.out, m)
	return true
}

// Await flushes, and blocks until less output than the mark waits. Its error
// is why the connection ended.
func (c *Conn) Await() error {
	c.Flush()
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.err == nil && c.pending() >= c.cfg.Mark {
		c.room.Wait()
	}
	return c.err
}

// Pending is the number of bytes that are queued and not yet written.
func (c *Conn) Pending() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pending()
}

func (c *Conn) pending() int { return len(c.out) + c.curLen }

// Flush writes what is queued, as far as the network takes it. It never
// blocks: the rest is written by the poller, or by a goroutine that ends with the output.
// So is everything where the connection has no descriptor to try it on.
func (c *Conn) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flushLocked()
}

func (c *Conn) flushLocked() {
	if c.writing || c.blocked || c.err != nil || c.pending() == 0 {
		return // who writes now takes what came meanwhile along
	}
	c.writing = true
	for range flushRounds {
		if !c.raw.ok() || !c.writeOnce(c.tryWrite) {
			break
		}
		if !c.takeOutput() {
			return
		}
	}
	if c.sock != nil {
		c.leaveToPoller()
		return
	}
	go c.drain()
}

// tryWrite writes what of b is taken without waiting.
func (c *Conn) tryWrite(b []byte) (int, error) {
	if c.sock != nil {
		return c.sock.write(b)
	}
	return c.raw.tryWrite(b)
}

// leaveToPoller has the poller go on writing, when the network takes more: it may do so
// already.
func (c *Conn) leaveToPoller() {
	c.writing, c.blocked = false, true
	if !c.full || c.unblocked {
		c.kickLocked()
	}
}

// drain writes, waiting for the other end, until nothing is left.
func (c *Conn) drain() {
	write := c.writePiece
	if c.raw.ok() {
		write = c.raw.write
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.takeOutput() {
		c.writeOnce(write)
	}
}

// writePiece writes the beginning of b, short enough to see by pieces how a
// long output goes on.
func (c *Conn) writePiece(b []byte) (int, error) {
	return c.nc.Write(b[:min(len(b), keepBuffer)])
}

// takeOutput makes the queued frames the current ones when those are written.
// It returns false, and writing ends, when there is nothing to write or the
// connection ended.
func (c *Conn) takeOutput() bool {
	if c.err == nil && len(c.cur) == 0 && len(c.out) > 0 {
		c.cur, c.out, c.spare = c.out, c.spare, nil
		c.curLen = len(c.cur)
	}
	c.writing = c.err == nil && len(c.cur) > 0
	return c.writing
}

// writeOnce writes current frames with one call, without holding the mutex,
// and reports whether all of them were taken.
func (c *Conn) writeOnce(write func([]byte) (int, error)) bool {
	if len(c.cur) == 0 && !c.takeOutput() {
		return true
	}
	buf := c.cur
	c.unblocked = false
	c.mu.Unlock()
	n, err := write(buf)
	c.mu.Lock()
	c.cur = buf[n:]
	c.curLen = len(c.cur)
	if c.full {
		c.progress.Add(uint64(n))
	}
	c.full = c.curLen > 0
	if err != nil {
		c.endLocked(fmt.Errorf("write: %w", err))
	}
	if c.curLen == 0 {
		c.cur = nil
		if cap(buf) <= keepBuffer && c.err == nil {
			c.spare = buf[:0]
		}
	}
	c.room.Broadcast()
	if c.resume && c.pending() < c.cfg.Mark {
		c.resume = false
		c.kickLocked()
	}
	return c.curLen == 0
}
