package peer

import (
	"time"

	"github.com/ha/doozer/consensus"
)

// The bounds of links, and of the time between two attempts to dial a node.
const (
	maxRemotes  = 1024
	minRedial   = 50 * time.Millisecond
	maxRedial   = time.Second
	minSilence  = 3 * time.Second // a link on which nothing comes for so long, or for 20 fill, is closed
	silenceFill = 20
)

// remote is what the loop knows of another node: its link, or when to dial it.
type remote struct {
	id      consensus.ID
	addr    string // the last one known
	link    *link  // nil: none
	dialing bool
	next    int64         // do not dial before
	delay   time.Duration // the next wait between attempts
}

// remote finds or makes the entry of a node.
func (l *loop) remote(id consensus.ID) *remote {
	r := l.remotes[id]
	if r == nil {
		r = &remote{id: id, delay: minRedial}
		l.remotes[id] = r
	}
	return r
}

// linkUp takes a new link, unless the one that stands is to stay.
func (l *loop) linkUp(k *link) {
	old := l.remotes[k.id]
	if old == nil && len(l.remotes) >= maxRemotes {
		k.conn.Close()
		return
	}
	r := l.remote(k.id)
	if r.link != nil {
		if !k.prefer(r.link, l.me.id) {
			k.conn.Close()
			return
		}
		l.cut(r)
	} else {
		l.node.links.info("linked", "node", k.id, "addr", k.addr)
	}
	r.link, r.addr, r.delay = k, k.addr, minRedial
	k.heard, k.said = l.now, l.now
	l.machine.LinkUp(l.now, k.id)
	l.vouch(k.id)
}

// vouch tells consensus whether a linked node is registered, or a stranger.
func (l *loop) vouch(id consensus.ID) {
	l.machine.Vouch(id, address(l.st.View(), id) != "")
}

// linkEnd hears that a link ended; it may have been replaced already.
func (l *loop) linkEnd(k *link) {
	r := l.remotes[k.id]
	if r == nil || r.link != k {
		return
	}
	l.node.links.info("link lost", "node", k.id, "addr", k.addr, "err", k.ended, "dropped", k.dropped)
	l.cut(r)
	r.next = l.now + int64(r.delay)
	l.upkept = 0 // look at once who is to be dialed
}

// cut ends a node's link.
func (l *loop) cut(r *remote) {
	r.link.conn.Close()
	r.link = nil
	l.machine.LinkDown(l.now, r.id)
}

// current reports whether messages of k still count.
func (l *loop) current(k *link) bool {
	r := l.remotes[k.id]
	return r != nil && r.link == k
}

// keepLinks dials the members that have no link, closes links that are silent,
// and forgets nodes that nobody wants.
func (l *loop) keepLinks() {
	wanted := make(map[consensus.ID]bool)
	for _, ms := range l.machine.Configs() {
		for _, id := range ms.Members {
			wanted[id] = true
		}
	}
	delete(wanted, l.me.id)
	for id := range wanted {
		l.keepDialing(l.remote(id))
	}
	for id, r := range l.remotes {
		switch {
		case r.link != nil:
			l.keepAlive(r.link)
			l.vouch(id)
		case !r.dialing && !wanted[id]:
			delete(l.remotes, id)
		}
	}
}

func (l *loop) keepDialing(r *remote) {
	if addr := address(l.st.View(), r.id); addr != "" {
		r.addr = addr
	}
	if r.link != nil || r.dialing || l.now < r.next || r.addr == "" || l.taken(r.addr) {
		return
	}
	r.dialing = true
	l.node.dial(r.id, r.addr)
}

// taken reports whether a node that lives is at addr, so that the one that was there is
// dead. It has to be registered there: what a stranger says of itself keeps nobody from
// being dialed.
func (l *loop) taken(addr string) bool {
	v := l.st.View()
	for id, r := range l.remotes {
		if r.link != nil && address(v, id) == addr {
			return true
		}
	}
	return addr == l.me.addr
}

// dialEnded hears that an attempt to dial a node is over.
func (l *loop) dialEnded(id consensus.ID) {
	r := l.remote(id)
	r.dialing = false
	if r.link != nil {
		return
	}
	r.next = l.now + int64(r.delay)
	r.delay = min(2*r.delay, maxRedial)
}

// silence is how long nothing may come from a node before it is taken for gone.
func silence(cfg *Config) time.Duration { return max(minSilence, silenceFill*cfg.Fill) }

func (l *loop) keepAlive(k *link) {
	silence := int64(silence(l.cfg))
	if l.now-k.heard > silence {
		l.node.links.info("closing a silent link", "node", k.id, "addr", k.addr)
		k.conn.Close() // its reader finds out
		k.heard = l.now
	} else if l.now-k.said > silence/4 {
		k.sayNothing(l.now)
	}
}
