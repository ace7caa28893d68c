package server

import (
	"errors"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// read is one read that waits for its view of the store.
type read struct {
	slot   int32
	verb   proto.Request_Verb
	stream bool        // GETDIR or WALK as in 2011: a response an entry
	offset int         // of the first entry
	limit  int         // entries of a stream; 0 or less: all
	path   string      // in a batch that is collected: set when it is sealed
	end    int         // in such a batch: where the path ends
	glob   *store.Glob // WALK's
}

// long reports whether a read may take longer than the node's loop has time.
func (rd *read) long() bool { return rd.stream || rd.glob != nil }

func (c *conn) getOrStat(i int32) error {
	if !c.call.All(proto.HasPath) {
		return missing("path")
	}
	if err := store.CheckPath(borrow(c.call.Path)); err != nil {
		return err
	}
	return c.at(&read{slot: i, verb: c.call.Verb})
}

// rev ignores the fields it does not use: also a rev.
func (c *conn) rev(i int32) error {
	c.call.Has &^= proto.HasRev
	c.call.Path = nil
	return c.at(&read{slot: i, verb: proto.Request_REV})
}

func (c *conn) getdir(i int32) error {
	if err := store.CheckPath(borrow(c.call.Path)); err != nil {
		return err
	}
	rd := c.entries(i)
	return c.at(&rd)
}

func (c *conn) walk(i int32) error {
	rd := c.entries(i)
	if !rd.stream && !c.call.All(proto.HasPath) {
		return missing("path")
	}
	g, err := store.CompileGlob(string(c.call.Path))
	if err != nil {
		return err
	}
	rd.glob = &g
	return c.at(&rd)
}

// entries is a GETDIR or WALK: with an offset and without a limit it is one of
// 2012, which asks for one entry, and else one of 2011, which asks for a stream.
func (c *conn) entries(i int32) read {
	call := &c.call
	stream := !call.All(proto.HasOffset) || call.All(proto.HasLimit)
	rd := read{slot: i, verb: call.Verb, stream: stream, offset: int(call.Offset), limit: int(call.Limit)}
	if stream {
		rd.offset = max(rd.offset, 0)
	}
	return rd
}

// at finds the view that a read asks for: one of a revision, this node's as it
// stands, or, with the rest of the batch, a linearizable one.
func (c *conn) at(rd *read) error {
	call := &c.call
	if call.All(proto.HasRev) {
		own := *rd
		own.path = string(call.Path)
		return c.atRev(&own, call.Rev)
	}
	if call.Local {
		own := *rd
		own.path = string(call.Path)
		c.answer(c.cfg.Store.View(), &own)
		return nil
	}
	if c.reads == nil {
		c.reads = c.newBatch()
	}
	c.reads.add(rd, call.Path)
	return nil
}

func (c *conn) atRev(rd *read, rev int64) error {
	v, err := c.cfg.Store.At(rev)
	if errors.Is(err, store.ErrFuture) {
		return c.awaitRev(rd, rev)
	}
	if err != nil {
		return err
	}
	c.answer(v, rd)
	return nil
}

// answer answers a read now if it is quick and the client reads, and else
// leaves it to a worker. It never blocks.
func (c *conn) answer(v store.View, rd *read) {
	if !rd.long() {
		r := look(v, rd)
		if c.tryFinish(rd.slot, &r) {
			return
		}
	}
	own := *rd
	c.later(func() { c.answerSlowly(v, &own) })
}

// look answers a read that takes no time to speak of.
func look(v store.View, rd *read) reply {
	r := reply{flags: valid | done}
	switch rd.verb {
	case proto.Request_GET:
		r.value, r.rev = v.Get(rd.path)
		r.hasRev = true
		if r.rev == store.Dir {
			r.err = store.ErrIsDir
		}
		if r.rev > 0 {
			r.value = body(r.value)
		}
	case proto.Request_STAT:
		n, rev := v.Stat(rd.path)
		r.length, r.hasLen, r.rev, r.hasRev = int32(n), true, rev, true
	case proto.Request_REV:
		r.rev, r.hasRev = v.Rev(), true
	case proto.Request_GETDIR:
		r.path, r.err = v.Entry(rd.path, rd.offset)
	case proto.Request_WALK:
		var ok bool
		r.flags, r.hasRev = isSet, true
		if r.path, r.value, r.rev, ok = v.WalkAt(*rd.glob, rd.offset); !ok {
			r.err = store.ErrRange
		}
		r.value = body(r.value)
	}
	return r
}

// body is a file's value as it is sent: that of an empty file is there, and
// empty, where a missing file has none.
func body(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}
