package peer

import (
	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/server"
)

// The bounds of what is handed to consensus at a time. Within them a
// connection's proposals are nominated in one go; the rest waits its turn.
const (
	maxOpen      = 4096
	maxOpenBytes = 32 << 20
)

// waitTimeout is how long a proposal may wait for its turn before the client is
// told to try elsewhere.
const waitTimeout = consensus.DefaultTimeout

// clients is the loop's account of who waits for what.
type clients struct {
	queue     fairQueue
	open      slab[openProposal]
	openBytes int
	reads     slab[[]server.Reader]
	spare     [][]server.Reader // empty, to be used again

	// Whom to tell to write what is ready, each once a turn.
	last  flusher
	flush map[flusher]struct{}
}

// openProposal is one that consensus has.
type openProposal struct {
	to   server.Completer
	tag  uint64
	size int
}

// flusher is a Completer or a Reader; a connection is both.
type flusher interface{ Flush() }

func (c *clients) full() bool { return c.open.n >= maxOpen || c.openBytes >= maxOpenBytes }

// propose hands new proposals, and those that wait, to consensus as far as the
// bounds allow.
func (c *clients) propose(now int64, ps []server.Proposal, m *consensus.Machine) {
	for i := range ps {
		switch p := &ps[i]; {
		case c.queue.n == 0 && !c.full():
			c.hand(now, p, m)
		case !c.queue.push(now, *p):
			c.complete(p.To, p.Tag, 0, server.ErrReadonly)
		}
	}
	for !c.full() {
		w, ok := c.queue.pop()
		if !ok {
			return
		}
		c.hand(w.since, &w.p, m)
	}
}

// hand hands p, which came at since, to consensus: its time runs from then on.
func (c *clients) hand(since int64, p *server.Proposal, m *consensus.Machine) {
	key := c.open.put(openProposal{to: p.To, tag: p.Tag, size: len(p.Mutation)})
	c.openBytes += len(p.Mutation)
	m.Propose(since, key, p.Mutation)
}

// read hands all that want to read to consensus, as one.
func (c *clients) read(now int64, rs []server.Reader, m *consensus.Machine) {
	if len(rs) == 0 {
		return
	}
	var buf []server.Reader
	if n := len(c.spare); n > 0 {
		buf, c.spare = c.spare[n-1], c.spare[:n-1]
	}
	m.Read(now, c.reads.put(append(buf, rs...)))
}

// expire refuses what waited too long for its turn.
func (c *clients) expire(now int64) {
	for {
		w, ok := c.queue.popOld(now - int64(waitTimeout))
		if !ok {
			return
		}
		c.complete(w.p.To, w.p.Tag, 0, server.ErrReadonly)
	}
}

// done tells what consensus has ended.
func (c *clients) done(d *consensus.Done) {
	if !d.Read {
		p := c.open.take(d.Key)
		c.openBytes -= p.size
		c.complete(p.to, p.tag, d.Seqn, outcome(d))
		return
	}
	var err error
	if d.Status != consensus.OK {
		err = server.ErrNoQuorum
	}
	c.ready(c.reads.take(d.Key), err)
}

func outcome(d *consensus.Done) error {
	switch d.Status {
	case consensus.OK:
		return errorOf(d.Code)
	case consensus.Readonly:
		return server.ErrReadonly
	}
	return server.ErrOutcomeUnknown
}

func (c *clients) complete(to server.Completer, tag uint64, seqn int64, err error) {
	to.Complete(tag, seqn, err)
	c.touch(to)
}

func (c *clients) ready(rs []server.Reader, err error) {
	for _, r := range rs {
		r.ReadReady(err)
		c.touch(r)
	}
	if cap(rs) <= keepClients && len(c.spare) < keepBuffers {
		c.spare = append(c.spare, emptied(rs))
	}
}

func (c *clients) touch(f flusher) {
	if f == c.last {
		return
	}
	c.last = f
	if c.flush == nil {
		c.flush = make(map[flusher]struct{})
	}
	c.flush[f] = struct{}{}
}

// flushAll has everybody who was told something write it.
func (c *clients) flushAll() {
	if c.last == nil {
		return
	}
	for f := range c.flush {
		f.Flush()
	}
	clear(c.flush)
	c.last = nil
}

// end tells everybody that nothing more will come.
func (c *clients) end(rest *batch) {
	for i := range rest.proposals {
		c.complete(rest.proposals[i].To, rest.proposals[i].Tag, 0, server.ErrReadonly)
	}
	for w, ok := c.queue.pop(); ok; w, ok = c.queue.pop() {
		c.complete(w.p.To, w.p.Tag, 0, server.ErrReadonly)
	}
	for i := range c.open.items {
		if p := c.open.items[i]; p.to != nil {
			c.complete(p.to, p.tag, 0, server.ErrOutcomeUnknown)
		}
	}
	for _, rs := range c.reads.items {
		c.ready(rs, server.ErrNoQuorum)
	}
	c.ready(rest.reads, server.ErrNoQuorum)
	c.flushAll()
}
