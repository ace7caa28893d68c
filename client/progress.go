package client

import (
	"encoding/binary"

	"github.com/ha/doozer/proto"
)

// follower is a sink that waits for changes, and goes on at a revision when it has lost its node.
type follower interface {
	follows() bool
	// pass notes that there is no change up to a revision that it has not been told of. The
	// connection's mu is held.
	pass(rev int64)
}

// progress asks a node up to which revision its watches have told all that there is: one that is quiet for long has to
// go on from there at a node that may have joined since.
type progress struct {
	conn *conn
	tags []int32 // of what it is asked for
}

// askProgress asks for all that follow changes at the moment, if there are any.
func (c *conn) askProgress() {
	c.mu.Lock()
	p := &progress{conn: c}
	if c.refusal() == nil && !c.asking && !c.mute {
		for tag, open := range c.open {
			if f, ok := open.sink.(follower); ok && f.follows() {
				p.tags = append(p.tags, tag)
			}
		}
	}
	if len(p.tags) == 0 {
		c.mu.Unlock()
		return
	}
	q := new(request)
	q.begin(proto.Request_PROGRESS)
	q.tag = c.nextTag()
	if c.frames.TryQueue(&q.msg) {
		c.add(q.tag, pending{sink: p})
		c.asking = true
	}
	c.unlockAndFlush()
}

// take implements sink. A node that does not know the question is not asked again.
func (p *progress) take(r reply) {
	c := p.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asking = false
	if r.err != nil {
		c.mute = true
		return
	}
	busy := make(map[int32]bool)
	for b := r.value; len(b) > 0; {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return
		}
		busy[int32(tag)] = true
		b = b[n:]
	}
	for _, tag := range p.tags {
		if f, ok := c.open[tag].sink.(follower); ok && !busy[tag] {
			f.pass(r.rev)
		}
	}
}

func (cl *call) follows() bool  { return cl.verb == proto.Request_WAIT }
func (cl *call) pass(rev int64) { cl.setRev(max(cl.rev, rev+1)) }

func (f *feed) follows() bool {
	_, ok := f.cur.(*watchCursor)
	return ok
}

func (f *feed) pass(rev int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if cur, ok := f.cur.(*watchCursor); ok && f == f.stream.feed {
		cur.pass(rev)
	}
}
