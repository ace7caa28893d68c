package server

import (
	"unsafe"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// request serves the request at hand: it answers it, or sees to it that it
// will be answered.
func (c *conn) request() {
	i, ok := c.begin()
	if !ok {
		return
	}
	if err := c.serveVerb(i); err != nil {
		c.finish(i, failed(err))
	}
}

// serveVerb is the table of verbs. What the client may not do is refused before
// anything of it is looked at. On an error the request is still to be
// answered, with it.
func (c *conn) serveVerb(i int32) error {
	if !c.call.All(proto.HasVerb) {
		return errUnknownVerb()
	}
	if !c.may.Allows(c.call.Verb) {
		return errNoAccess()
	}
	switch c.call.Verb {
	case proto.Request_GET, proto.Request_STAT:
		return c.getOrStat(i)
	case proto.Request_SET:
		return c.set(i)
	case proto.Request_DEL:
		return c.del(i)
	case proto.Request_REV:
		return c.rev(i)
	case proto.Request_TXN:
		return c.txn(i)
	case proto.Request_CHECKIN:
		return c.checkin(i)
	case proto.Request_ESET:
		return c.eset(i)
	case proto.Request_NOP:
		return c.propose(i, store.EncodeNop(), nil)
	case proto.Request_SELF:
		c.finish(i, &reply{flags: valid | done, value: []byte(c.cfg.Node.ID())})
		return nil
	case proto.Request_STATUS:
		return c.status(i)
	case proto.Request_GETDIR:
		return c.getdir(i)
	case proto.Request_WALK:
		return c.walk(i)
	case proto.Request_WAIT:
		return c.wait(i)
	case proto.Request_WATCH:
		return c.watch(i)
	case proto.Request_PROGRESS:
		return c.progress(i)
	case proto.Request_CANCEL:
		return c.cancel(i)
	case proto.Request_ACCESS:
		return c.access(i)
	}
	return errUnknownVerb()
}

// access has the requests that follow do what the secret grants, and no more. A
// secret that is none changes nothing, like any request that fails.
func (c *conn) access(i int32) error {
	level, ok := c.cfg.Secrets.Grant(c.call.Value)
	if !ok {
		return errNoAccess()
	}
	c.allow(level)
	c.finish(i, &reply{flags: valid | done})
	return nil
}

func (c *conn) set(i int32) error {
	if err := c.writeArgs(); err != nil {
		return err
	}
	if len(c.call.Value) > c.cfg.MaxValue {
		return store.ErrValueTooLarge
	}
	m, err := store.EncodeSet(borrow(c.call.Path), c.call.Value, c.call.Rev)
	return c.propose(i, m, err)
}

func (c *conn) del(i int32) error {
	if err := c.writeArgs(); err != nil {
		return err
	}
	m, err := store.EncodeDel(borrow(c.call.Path), c.call.Rev)
	return c.propose(i, m, err)
}

// writeArgs checks what SET and DEL need.
func (c *conn) writeArgs() error {
	if !c.call.All(proto.HasPath) {
		return missing("path")
	}
	if !c.call.All(proto.HasRev) {
		return missing("rev")
	}
	return nil
}

// propose adds a mutation, unless making it failed, to the batch's proposals.
func (c *conn) propose(i int32, mutation []byte, err error) error {
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.slots.weigh(i, len(mutation))
	c.mu.Unlock()
	c.proposals = append(c.proposals, Proposal{Mutation: mutation, Tag: uint64(i), To: c})
	return nil
}

// Complete answers a write.
func (c *conn) Complete(tag uint64, seqn int64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := int32(tag)
	s := &c.slots.all[i]
	r := reply{flags: valid | done, err: err}
	switch s.verb {
	case proto.Request_SET, proto.Request_TXN:
		r.rev, r.hasRev = seqn, true
	case proto.Request_ESET:
		r.rev, r.hasRev, r.err = seqn, true, sessionError(s.verb, err)
	case proto.Request_CHECKIN:
		if s.held && err == nil {
			c.holdLocked(i)
			return
		}
		r.err = sessionError(s.verb, err)
	}
	c.finishLocked(i, &r)
}

// Flush writes the answers that are ready.
func (c *conn) Flush() { c.pc.Flush() }

// cancel silences another request, and stops its stream. That request keeps its
// slot until it ends: a write cannot be called back.
func (c *conn) cancel(i int32) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	target := int32(none)
	if c.call.All(proto.HasOtherTag) {
		target = c.slots.find(c.call.OtherTag)
	}
	if target == none || target == i {
		c.finishLocked(i, failed(other("unknown tag")))
		return nil
	}
	c.slots.silence(target)
	if stop := c.slots.all[target].stop; stop != nil {
		stop()
	}
	c.finishLocked(i, &reply{flags: valid | done})
	return nil
}

// borrow makes a string of a part of a frame, without copying it, for calls
// that do not keep it.
func borrow(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
