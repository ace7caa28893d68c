package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// brawl is programs that take a lock from one another, while something is done to their nodes,
// and write only while they hold it.
type brawl struct {
	t    *testing.T
	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu    sync.Mutex
	held  map[*Lock]bool // that were not given up
	won   int
	lost  int // with their session
	wrote int
	late  int // refused, for the lock was not held any more
}

func newBrawl(t *testing.T) *brawl {
	b := &brawl{t: t, held: make(map[*Lock]bool)}
	b.ctx, b.stop = context.WithCancel(t.Context())
	t.Cleanup(b.stop)
	return b
}

// join adds a program that makes a session anew whenever it lost one.
func (b *brawl) join(c *Client) {
	b.wg.Go(func() {
		for b.ctx.Err() == nil {
			s, err := c.NewSession(b.ctx)
			if err != nil {
				continue
			}
			for s.Err() == nil && b.ctx.Err() == nil {
				if l, err := s.Lock(b.ctx, "/lock/brawl"); err == nil {
					b.hold(c, l)
				}
			}
			s.Close(soon(b.t))
		}
	})
}

// hold writes some times under the lock.
func (b *brawl) hold(c *Client, l *Lock) {
	b.note(func() {
		for other := range b.held {
			if err := other.Err(); err == nil {
				b.t.Errorf("%d was given the lock while %d held it", l.Token(), other.Token())
			}
		}
		b.held[l] = true
		b.won++
	})
	for range 3 {
		if err := b.write(c, l); err != nil {
			break
		}
	}
	_ = l.Unlock(b.ctx)
	b.note(func() {
		delete(b.held, l)
		if !errors.Is(l.Err(), ErrUnlocked) {
			b.lost++
		}
	})
}

func (b *brawl) write(c *Client, l *Lock) error {
	_, rev, err := c.Get(b.ctx, "/guarded")
	if err != nil {
		return err
	}
	_, err = c.Commit(b.ctx, l.Check(new(Txn).Set("/guarded", rev, fmt.Append(nil, l.Token()))))
	b.note(func() {
		if errors.Is(err, ErrRevMismatch) {
			b.late++
		}
		if err == nil {
			b.wrote++
		}
	})
	return err
}

func (b *brawl) note(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
}

func (b *brawl) count() (won int) {
	b.note(func() { won = b.won })
	return won
}

// goesOn waits until the lock changed hands that often.
func (b *brawl) goesOn(times int) {
	b.t.Helper()
	begun := b.count()
	until(b.t, "the lock is passed on", func() bool { return b.count() >= begun+times || b.t.Failed() })
}

// verify checks that each write that was ever done was that of whoever stood first in line
// then.
func (b *brawl) verify(survivor *Client, from int64) {
	b.t.Helper()
	b.stop()
	b.wg.Wait()
	end := setFile(b.t, survivor, "/guarded", "end")
	w, err := survivor.Watch(soon(b.t), "/guarded", from)
	assert.Equal(b.t, nil, err)
	defer w.Close()
	writes, last := 0, int64(0)
	for ev, err := range w.All() {
		if err != nil {
			b.t.Fatal(err)
		}
		if ev.Rev == end {
			break
		}
		var token int64
		_, err := fmt.Sscan(string(ev.Value), &token)
		assert.Equal(b.t, nil, err)
		first := Leader{}
		for f, err := range survivor.Walk(soon(b.t), "/lock/brawl/*", At(ev.Rev)) {
			assert.Equal(b.t, nil, err)
			if first.Token == 0 || f.Rev < first.Token {
				first = Leader{Token: f.Rev, Path: f.Path}
			}
		}
		if token != first.Token || token < last {
			b.t.Fatalf("%d wrote at revision %d; %d was first in line, and %d had written before", token, ev.Rev, first.Token, last)
		}
		writes, last = writes+1, token
	}
	assert.T(b.t, writes >= b.wrote)
	b.t.Logf("won %d times, lost with its session %d times; %d writes acknowledged, %d done, %d refused", b.won, b.lost, b.wrote, writes, b.late)
}

// Through deaths and stops of the nodes that the holder and those in line talk to, the lock
// is held by one at a time, is passed on for ever, and what is written under it never
// overlaps.
func TestLockUnderFire(t *testing.T) {
	nodes := startCluster(t, 3, quick())
	scribe := nodes[2]
	only := scribe.only(t)
	setFile(t, only, leaseFile, "1s")
	from, err := only.Rev(soon(t))
	assert.Equal(t, nil, err)
	b := newBrawl(t)
	var clients []*Client
	var networks []*network
	for i := range 4 {
		n := newNetwork(t)
		c := dialed(t, Config{DialContext: n.dial}, nodes[i%2].Started.Addr)
		knows(t, c, 3)
		clients, networks = append(clients, c), append(networks, n)
		b.join(c)
	}
	nodes = nodes[:2]
	for i := range 2 {
		b.goesOn(20)
		its := clients[i].link.cur.Load().addr
		networks[i].stall(its)
		b.goesOn(20)
		spare := startNode(t, quick(), scribe.Started.Addr)
		nodes[0].kill(t)
		b.goesOn(20)
		networks[i].resume(its)
		until(t, "the spare took the slot", spare.writable)
		nodes = []*running{nodes[1], spare}
	}
	until(t, "all have sessions", func() bool { return scribe.waiting(sessDir) == 4 })
	addrs := addresses(t, only)
	for _, addr := range addrs {
		networks[0].stall(addr)
	}
	until(t, "one is lost", func() bool { return scribe.waiting(sessDir) == 3 })
	b.goesOn(20)
	for _, addr := range addrs {
		networks[0].resume(addr)
	}
	until(t, "it is back", func() bool { return scribe.waiting(sessDir) == 4 })
	b.goesOn(20)
	b.verify(only, from+1)
	for _, c := range clients {
		c.Close()
	}
}

// addresses is where the nodes of a cluster are.
func addresses(t *testing.T, c *Client) (addrs []string) {
	t.Helper()
	for f, err := range c.Walk(soon(t), addrGlob) {
		assert.Equal(t, nil, err)
		addrs = append(addrs, string(f.Value))
	}
	return addrs
}

// A holder that is cut off knows that it has lost the lock before the next one has it, and
// what it sends after all is refused.
func TestLockFences(t *testing.T) {
	nodes := leased(t, 3, "600ms")
	n := newNetwork(t)
	a := dialed(t, Config{DialContext: n.dial}, nodes[0].Started.Addr)
	knows(t, a, 3)
	first, err := newSession(t, a).Lock(soon(t), "/l")
	assert.Equal(t, nil, err)
	rev, err := a.Commit(soon(t), first.Check(new(Txn).Set("/guarded", Missing, nil)))
	assert.Equal(t, nil, err)
	for _, r := range nodes {
		n.stall(r.Started.Addr)
	}
	b := dialed(t, Config{}, nodes[1].Started.Addr)
	second, err := newSession(t, b).Lock(soon(t), "/l")
	assert.Equal(t, nil, err)
	assert.T(t, errors.Is(first.Err(), ErrSessionLost), first.Err())
	assert.T(t, second.Token() > first.Token())
	for _, r := range nodes {
		n.resume(r.Started.Addr)
	}
	_, err = a.Commit(soon(t), first.Check(new(Txn).Set("/guarded", rev, nil)))
	assert.T(t, errors.Is(err, ErrRevMismatch), err)
	_, err = b.Commit(soon(t), second.Check(new(Txn).Set("/guarded", rev, nil)))
	assert.Equal(t, nil, err)
}

// A lease that is lowered ends sessions, which then are lost for their programs before somebody else has
// what they held.
func TestLoweredLeaseHasOneHolder(t *testing.T) {
	nodes := startCluster(t, 3, steady())
	n := newNetwork(t)
	a := dialed(t, Config{DialContext: n.dial}, nodes[0].Started.Addr)
	knows(t, a, 3)
	first, err := newSession(t, a).Lock(soon(t), "/l")
	assert.Equal(t, nil, err)
	for _, r := range nodes { // for a sixth of a lease
		n.stall(r.Started.Addr)
	}
	b := dialed(t, Config{}, nodes[1].Started.Addr)
	setFile(t, b, leaseFile, "300ms")
	begun := time.Now()
	second, err := newSession(t, b).Lock(soon(t), "/l")
	assert.Equal(t, nil, err)
	both := first.Err() == nil && second.Err() == nil
	for _, r := range nodes {
		n.resume(r.Started.Addr)
	}
	if both {
		t.Fatalf("two hold the lock, %v after the lease was lowered", time.Since(begun))
	}
}
