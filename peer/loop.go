package peer

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

// The loop's own times: how long before a tick of consensus is due a turn takes
// it along, and between two looks at links and at what waited too long.
const (
	tickEarly   = 2 * time.Millisecond
	upkeepEvery = 100 * time.Millisecond
)

// quietSeqns is how many seqns may be in flight, in the whole cluster, while
// turns are taken at once. A lone writer has n.
const quietSeqns = 12

// loop owns the consensus machine, and the right to write to the store.
type loop struct {
	cfg   *Config
	me    *identity
	node  *node
	in    *intake
	st    *store.Store
	quiet atomic.Bool // so little is in flight that there is nobody to wait for

	turning sync.Mutex // held by who takes a turn; it guards all that follows
	machine *consensus.Machine
	ended   bool // no turn is taken any more

	now    int64       // the clock, sampled once a turn
	ticks  *time.Timer // wakes run for a tick
	upkept int64

	batch    batch
	out      consensus.Output
	applier  applier
	clients  clients
	remotes  map[consensus.ID]*remote
	fetching bool  // a snapshot is under way
	fetchAt  int64 // do not fetch one before
}

// run takes turns until ctx ends, and then tells all who wait so.
func (l *loop) run(ctx context.Context) {
	defer l.ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			l.end()
			return
		case <-l.in.wake:
			// Let those who are about to leave something do so: a larger batch
			// costs no more packets and wake-ups than a small one.
			runtime.Gosched()
		case <-l.ticks.C:
		}
		l.turn()
		l.hurry()
	}
}

// maxHurry is how many turns in a row are taken in place of the loop's
// goroutine: who takes them has something else to do.
const maxHurry = 4

// hurry has what came be taken. While all is quiet its caller, who left
// something, takes the turn itself: that saves waking the loop's goroutine, and
// a thread for it, which is a fifth of the time that a lone writer waits.
// Otherwise the goroutine gathers what many leave.
func (l *loop) hurry() {
	for turns := 0; l.in.some.Load(); turns++ {
		if !l.quiet.Load() || turns == maxHurry {
			l.in.signal()
			return
		}
		if !l.turning.TryLock() {
			return // who takes a turn hurries after it, and there are the ticks
		}
		l.turnLocked()
		l.turning.Unlock()
	}
}

// polled takes what a poller's connections left, and reports whether there is more.
// Others that were about to leave something have had their turn.
func (l *loop) polled() bool {
	for turns := 0; l.in.some.Load() && turns < maxHurry; turns++ {
		if !l.turning.TryLock() {
			return false // who takes a turn hurries after it
		}
		l.turnLocked()
		l.turning.Unlock()
	}
	return l.in.some.Load()
}

func (l *loop) turn() {
	l.turning.Lock()
	defer l.turning.Unlock()
	l.turnLocked()
}

// turnLocked takes all that came, and does all that comes of it: the clients
// are answered first, then each peer gets what is for it in one write.
func (l *loop) turnLocked() {
	if l.ended {
		return
	}
	l.in.swap(&l.batch)
	l.now = max(l.now, monotonic()) // after the reads came in: a lease is judged by it
	for i := range l.batch.arrivals {
		l.arrive(&l.batch.arrivals[i])
	}
	for _, f := range l.batch.calls {
		f(l)
	}
	l.clients.propose(l.now, l.batch.proposals, l.machine)
	l.clients.read(l.now, l.batch.reads, l.machine)
	if l.now >= l.machine.Due()-int64(tickEarly) {
		l.tick()
	}
	l.apply()
	l.node.lease.Store(l.machine.ReadUntil()) // before the votes leave
	l.machine.Take(&l.out)
	l.answer()
	l.send()
	l.quiet.Store(l.machine.InFlight() <= quietSeqns && l.clients.reads.n <= 1)
}

func (l *loop) arrive(a *arrival) {
	switch a.what {
	case linkUp:
		l.linkUp(a.link)
	case linkEnd:
		l.linkEnd(a.link)
	case linkMessages:
		if l.current(a.link) {
			a.link.heard = l.now
			l.machine.Step(l.now, a.link.id, a.msgs)
		}
	}
}

// tick does what time alone brings.
func (l *loop) tick() {
	l.machine.Tick(l.now)
	l.ticks.Reset(time.Duration(l.machine.Due() - l.now))
	if l.now-l.upkept >= int64(upkeepEvery) {
		l.upkept = l.now
		l.clients.expire(l.now)
		l.keepLinks()
	}
}

// apply applies what was learned.
func (l *loop) apply() {
	for {
		entries, to, ok := l.machine.Entries()
		if !ok {
			return
		}
		codes, changes := l.applier.apply(entries, to)
		l.machine.Applied(l.now, codes, changes)
		if len(changes) > 0 {
			l.cfg.Log.Info("members change", "members", changes[len(changes)-1].Members, "rev", changes[len(changes)-1].From)
			l.upkept = 0
		}
	}
}

// answer tells the clients what has ended.
func (l *loop) answer() {
	for i := range l.out.Done {
		l.clients.done(&l.out.Done[i])
	}
	l.clients.flushAll()
	if l.out.Snapshot != "" {
		l.wantSnapshot(l.out.Snapshot)
	}
}

func (l *loop) send() {
	for i := range l.out.Messages {
		to := &l.out.Messages[i]
		if r := l.remotes[to.To]; r != nil && r.link != nil {
			r.link.send(l.now, to.Msgs)
		}
	}
}

// end is the last turn: nothing is agreed on any more.
func (l *loop) end() {
	l.turning.Lock()
	defer l.turning.Unlock()
	l.ended = true
	l.node.lease.Store(0)
	l.in.close()
	l.in.swap(&l.batch)
	l.clients.end(&l.batch)
	for _, r := range l.remotes {
		if r.link != nil {
			r.link.conn.Close()
		}
	}
}
