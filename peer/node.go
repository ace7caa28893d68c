package peer

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/server"
)

// node is a doozerd as its server, its links and its own upkeep see it: the
// way to the loop, and the goroutines of the links. It is a server.Node.
type node struct {
	cfg      *Config
	me       *identity
	in       *intake
	lease    atomic.Int64    // consensus.Machine.ReadUntil, as the loop last told
	strange  throttle        // for what strangers do wrong
	links    throttle        // for links that come and go
	sending  chan struct{}   // an element for each snapshot that is being sent
	changed  chan struct{}   // an element when something under /ctl may have changed
	life     context.Context // ends with the node
	pollers  []*proto.Poller
	mu       sync.Mutex
	ended    bool           // no goroutine begins any more
	routines sync.WaitGroup // of links and snapshots
}

func newNode(cfg *Config, me *identity, life context.Context) *node {
	return &node{cfg: cfg, me: me, in: newIntake(), strange: throttle{log: cfg.Log}, links: throttle{log: cfg.Log},
		sending: make(chan struct{}, maxSending), changed: make(chan struct{}, 1), life: life}
}

// ID is the node's id.
func (n *node) ID() string { return n.me.id }

// Propose hands mutations to the loop.
func (n *node) Propose(ps []server.Proposal) {
	if n.in.propose(ps) {
		return
	}
	for i := range ps {
		ps[i].To.Complete(ps[i].Tag, 0, server.ErrReadonly)
		ps[i].To.Flush()
	}
}

// Read has r read at once under a lease, and else asks the loop for a read
// point. The time is taken after the read arrived, and the store is looked at
// after the lease.
func (n *node) Read(r server.Reader) {
	if monotonic() < n.lease.Load() {
		r.ReadReady(nil)
		r.Flush()
		return
	}
	if !n.in.read(r) {
		r.ReadReady(server.ErrNoQuorum)
		r.Flush()
	}
}

// Hurry has what was handed over taken.
func (n *node) Hurry() { n.in.hurry() }

// poller is one for a link; nil: there is none.
func (n *node) poller() *proto.Poller {
	if len(n.pollers) == 0 {
		return nil
	}
	return n.pollers[0]
}

// begin counts a goroutine, unless the node ended.
func (n *node) begin() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.ended {
		n.routines.Add(1)
	}
	return !n.ended
}

// spawn runs f in a goroutine, unless the node ended.
func (n *node) spawn(f func()) {
	if n.begin() {
		go func() {
			defer n.routines.Done()
			f()
		}()
	}
}

// wait waits until all goroutines ended; n.life must have ended before.
func (n *node) wait() {
	n.mu.Lock()
	n.ended = true
	n.mu.Unlock()
	n.routines.Wait()
}

// accept takes over a connection that another node opened.
func (n *node) accept(conn *proto.Conn, req *proto.Request) {
	defer conn.Close()
	if !n.begin() {
		return
	}
	defer n.routines.Done()
	stop := context.AfterFunc(n.life, func() { conn.Close() })
	defer stop()
	hello, err := welcome(conn, req, n.me)
	switch {
	case err != nil:
		n.strange.warn("refused a peer", "from", conn.RemoteAddr(), "err", err)
		return
	}
	conn.SetMaxFrame(proto.MaxFrame) // before, it had the limit of strangers
	switch {
	case hello.Want != "" && hello.Want != n.me.id:
		// It means a node that was here before: let it see that this is another.
	case hello.Snapshot:
		n.sendSnapshot(conn)
	default:
		n.follow(&link{id: hello.Id, addr: hello.Addr, conn: conn})
	}
}

// dial opens a link to a node, in a goroutine that goes on as the link's
// reader.
func (n *node) dial(id consensus.ID, addr string) {
	n.spawn(func() {
		mine := n.me.hello()
		mine.Want = id
		conn, hello, err := dial(n.life, addr, n.me, mine)
		if err == nil && hello.Id != id {
			conn.Close()
			err = errors.New("another node answers there")
		}
		if err != nil {
			if errors.Is(err, errRefused) {
				n.strange.warn("cannot link", "node", id, "addr", addr, "err", err)
			} else {
				n.cfg.Log.Debug("cannot link", "node", id, "addr", addr, "err", err)
			}
			n.in.call(func(l *loop) { l.dialEnded(id) })
			return
		}
		defer conn.Close()
		stop := context.AfterFunc(n.life, func() { conn.Close() })
		defer stop()
		k := &link{id: hello.Id, addr: addr, conn: conn, dialed: true}
		n.in.call(func(l *loop) { l.dialEnded(id) })
		n.follow(k)
	})
}

// follow reads a link until it ends.
func (n *node) follow(k *link) {
	n.in.arrive(k, linkUp)
	k.ended = k.read(n)
	if errors.Is(k.ended, errMalformed) || errors.Is(k.ended, proto.ErrFrameTooBig) {
		n.strange.warn("ended a link", "node", k.id, "from", k.conn.RemoteAddr(), "err", k.ended)
	}
	k.conn.Close()
	n.in.arrive(k, linkEnd)
}
