package proto

import "errors"

// Handler has the input of a connection that a Poller reads.
type Handler interface {
	// Input says that there may be input: Conn.TryRead tells. It is called by the
	// poller's goroutine, one call at a time, and must not block. again asks
	// for another call though nothing new may come, after others had their turn.
	// An error is the end: it is never called any more.
	Input() (again bool, err error)
}

var (
	// ErrNotPolled says that a connection cannot be polled, and its reader
	// has to wait by itself.
	ErrNotPolled = errors.New("the connection cannot be polled")
	// errWriting is for now alone: its output is being written.
	errWriting = errors.New("the connection is being written")
)

// polled is what a connection has of its poller. It is set once, under the
// connection's mutex, by whoever reads it; of the rest the comments tell.
type polled struct {
	sock  *sock // nil: the connection is not polled
	entry *entry

	// The poller's goroutine's alone.
	readable bool // bytes may be there
	thorough bool // more may follow a short read: the end, or what is behind TCP's urgent data

	// Under the connection's mutex.
	blocked   bool // the rest of the output is left to the poller
	unblocked bool // since the latest write began the network took more
	resume    bool // the reader waits for output below the mark
}

// TryRead is Read for a connection that is polled: it never blocks. ok is false while
// no whole frame is there; Input is called when more may be.
func (c *Conn) TryRead() (ok bool, err error) {
	for {
		frame, _, err := NextFrame(c.in[c.r:c.w], c.cfg.MaxFrame)
		if err != nil {
			return false, err
		}
		if frame != nil {
			return true, nil
		}
		if !c.readable {
			return false, c.Err()
		}
		c.makeRoom()
		n, more, err := c.sock.read(c.in[c.w:])
		c.readable = more && (c.thorough || n == len(c.in)-c.w)
		c.w += n
		c.progress.Add(uint64(n))
		if err != nil {
			return false, c.readError(err)
		}
	}
}

// TryAwait is Await for a connection that is polled: it never blocks. ok is false while
// as much output as the mark, or more, waits; Input is called when that is over.
func (c *Conn) TryAwait() (ok bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flushLocked()
	c.resume = c.err == nil && c.pending() >= c.cfg.Mark
	return c.err == nil && !c.resume, c.err
}

// Kick has Input called soon, if the connection is polled.
func (c *Conn) Kick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kickLocked()
}

func (c *Conn) kickLocked() {
	if c.entry != nil {
		c.entry.poller.kick(c.entry)
	}
}

// writable hears that the network takes output again.
func (c *Conn) writable() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unblocked = true
	if c.blocked {
		c.blocked = false
		c.flushLocked()
	}
}
