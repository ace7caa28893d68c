package server

import "github.com/ha/doozer/proto"

// This file is how requests begin and end: every response passes here, under
// the connection's mutex, after a look at its request's slot.

// freeSlots is how many more requests may be outstanding.
func (c *conn) freeSlots() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cfg.MaxOutstanding - c.slots.used
}

// awaitSlot waits until one more request may be outstanding, or the
// connection ended. Only what ends by itself is waited for: streams are fewer
// than the slots, and weigh nothing.
func (c *conn) awaitSlot() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.closed && c.fullLocked() {
		c.room.Wait()
	}
}

// full reports whether that has to be waited for. Then Input is called when it is over.
func (c *conn) full() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paused = !c.closed && c.fullLocked()
	return c.paused
}

func (c *conn) fullLocked() bool {
	return c.slots.used >= c.cfg.MaxOutstanding || c.slots.bytes >= c.cfg.MaxWriting
}

// roomLocked tells the reader that there may be room.
func (c *conn) roomLocked() {
	c.room.Signal()
	if c.paused && !c.fullLocked() {
		c.paused = false
		c.pc.Kick()
	}
}

// begin gives the request at hand a slot. If its tag is in use it is answered
// instead, and ok is false.
func (c *conn) begin() (i int32, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	call := &c.call
	hasTag := call.All(proto.HasTag)
	if hasTag && c.slots.find(call.Tag) != none {
		second := slot{tag: call.Tag, hasTag: true}
		c.pc.Queue(c.scratch.fill(&second, failed(errTagInUse())))
		return none, false
	}
	return c.slots.take(call.Tag, hasTag, call.Verb), true
}

// finish ends a request with its last response, unless it was cancelled.
func (c *conn) finish(i int32, r *reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finishLocked(i, r)
}

func (c *conn) finishLocked(i int32, r *reply) {
	if s := &c.slots.all[i]; !s.silent {
		c.pc.Queue(c.scratch.fill(s, r)) // its error ends the reader as well
		c.scratch.msg.Value = nil
	}
	c.giveLocked(i)
}

// tryFinish is finish for answers that may be large: it does nothing and
// returns false while the client leaves too much unread.
func (c *conn) tryFinish(i int32, r *reply) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.tryQueueLocked(i, r) {
		return false
	}
	c.giveLocked(i)
	return true
}

// settle is finish that waits for the client to read.
func (c *conn) settle(i int32, r *reply) {
	for !c.tryFinish(i, r) {
		if c.pc.Await() != nil {
			c.give(i)
			break
		}
	}
	c.pc.Flush()
}

// tell sends one of several responses, and waits for the client to read. It
// returns false when nothing more is to be sent: the request was cancelled, or
// the connection ended.
func (c *conn) tell(i int32, r *reply) bool {
	for {
		c.mu.Lock()
		silent := c.slots.all[i].silent
		ok := !silent && c.tryQueueLocked(i, r)
		c.mu.Unlock()
		if silent || ok {
			return ok
		}
		if c.pc.Await() != nil {
			return false
		}
	}
}

// tryQueueLocked queues a response, or nothing for a cancelled request. It
// returns false while the client leaves too much unread.
func (c *conn) tryQueueLocked(i int32, r *reply) bool {
	s := &c.slots.all[i]
	if s.silent {
		return true
	}
	ok := c.pc.TryQueue(c.scratch.fill(s, r))
	c.scratch.msg.Value = nil
	return ok
}

// give ends a request without a response.
func (c *conn) give(i int32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.giveLocked(i)
}

func (c *conn) giveLocked(i int32) {
	if c.slots.all[i].held {
		c.streams--
	}
	c.slots.give(i)
	c.roomLocked()
}
