package client

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/ha/doozer/proto"
)

const (
	maxSilent  = 3 // periods of Keepalive within which a silent connection is lost
	checkEvery = 5 // periods between two questions whether the node reaches a majority

	perPeriod = 2                       // ticks
	askAt     = perPeriod               // silent ticks, the first of which may be but a part of one
	lostAt    = maxSilent*perPeriod - 1 // so that with that part it is within maxSilent
)

// health watches over a connection, from tick to tick. Ticks are counted,
// not time: those that pass while this process itself is stopped do not come.
type health struct {
	link *link
	conn *conn

	ticks  int
	heard  uint32      // conn.heard as it was at the last tick
	silent int         // ticks in a row at which nothing had been heard
	asking atomic.Bool // a question about the majority is not answered yet
}

// tick looks whether anything was heard since the last one. A node that is
// silent is asked for a sign of life, which it gives at once from its own
// store: one that is stopped, or out of reach, does not. Whether it still has a
// majority to agree with is asked now and then, for the sake of watches: they
// would wait for ever there.
func (h *health) tick() {
	h.ticks++
	h.silent++
	if heard := h.conn.heard.Load(); heard != h.heard {
		h.heard, h.silent = heard, 0
	}
	switch {
	case h.silent >= lostAt:
		silence := lostAt * h.link.cfg.Keepalive / perPeriod
		h.conn.end(lost(fmt.Errorf("nothing was heard for %v", silence)))
	case h.silent == askAt:
		h.conn.post(revRequest(Local()), sign{})
	}
	if h.ticks%(checkEvery*perPeriod) == 0 && !h.link.cfg.Pinned && !h.asking.Swap(true) {
		h.conn.post(revRequest(), h)
	}
}

// take implements sink for the question about the majority.
func (h *health) take(r reply) {
	h.asking.Store(false)
	if errors.Is(r.err, ErrNoQuorum) {
		h.link.suggest(h.conn, r.err)
	}
}

// sign is a sink for a sign of life: that something arrived is all that it says.
type sign struct{}

func (sign) take(reply) {}

func revRequest(opts ...ReadOption) *request {
	q := new(request)
	q.begin(proto.Request_REV)
	q.setRead(opts)
	return q
}
