package client

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ha/doozer/proto"
)

const (
	maxSilent  = 3 // periods of Keepalive within which a silent connection is lost
	checkEvery = 5 // periods between two questions whether the node reaches a majority

	perPeriod = 2                       // ticks
	askAt     = perPeriod               // silent ticks, the first of which may be but a part of one
	lostAt    = maxSilent*perPeriod - 1 // so that with that part it is within maxSilent

	// slowest is the rate, in bytes a second, at which values have to get through
	// where nothing shows that they do: once the network has taken a request it
	// may hold it for a while.
	slowest = 256 << 10
)

// health watches over a connection, from tick to tick. Ticks are counted,
// not time: those that pass while this process itself is stopped do not come.
type health struct {
	link *link
	conn *conn

	ticks    int
	progress uint64      // the connection's, as it was at the last tick
	silent   int         // ticks in a row without any
	asking   atomic.Bool // a question about the majority is not answered yet
}

// tick looks whether anything went on since the last one: bytes of an answer
// that came, or of requests that the other end took. A node that is
// silent is asked for a sign of life, which it gives at once from its own
// store: one that is stopped, or out of reach, does not. Whether it still has a
// majority to agree with is asked now and then, for the sake of watches: they
// would wait for ever there; and the rest of the time how far the watches are, see askProgress.
func (h *health) tick() {
	h.ticks++
	h.silent++
	if progress := h.conn.frames.Progress(); progress != h.progress {
		h.progress, h.silent = progress, 0
	}
	period := h.link.cfg.Keepalive
	switch {
	case h.silent >= lostAt+int(h.conn.onTheWay()*perPeriod/period):
		silence := time.Duration(h.silent) * period / perPeriod
		h.conn.end(lost(fmt.Errorf("nothing was heard for %v", silence)))
	case h.silent == askAt:
		h.conn.post(revRequest(Local()), sign{})
	}
	switch {
	case h.link.cfg.Pinned:
	case h.ticks%(checkEvery*perPeriod) == 0 && !h.asking.Swap(true):
		h.conn.post(revRequest(), h)
	case h.ticks%perPeriod == 0:
		h.conn.askProgress()
	}
}

// onTheWay is how long values of requests that are not answered may be under
// way to the node, what follows them waiting behind them. After one of the largest
// its answer comes, whatever the others are.
func (c *conn) onTheWay() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Duration(min(c.load, proto.MaxValue)) * time.Second / slowest
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
