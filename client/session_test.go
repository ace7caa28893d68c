package client

import (
	"errors"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// leased starts members whose sessions have that lease.
func leased(t *testing.T, n int, lease string) []*running {
	t.Helper()
	nodes := startCluster(t, n, steady())
	c := nodes[0].only(t)
	defer c.Close()
	setFile(t, c, leaseFile, lease)
	return nodes
}

func newSession(t *testing.T, c *Client) *Session {
	t.Helper()
	s, err := c.NewSession(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(soon(t)) })
	return s
}

// here reports whether a node has a file.
func (r *running) here(path string) bool {
	_, rev := r.Store.View().Get(path)
	return rev > 0
}

// ends waits until done is closed.
func ends(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("waited %v for the end of %s", patience, what)
	}
}

// A session lives for as long as its program wants, and its files with it.
func TestSession(t *testing.T) {
	nodes := leased(t, 1, "300ms")
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	s := newSession(t, c)
	rev, err := s.Set(soon(t), "/e/f", Missing, []byte("x"))
	assert.Equal(t, nil, err)
	_, err = s.Set(soon(t), "/e/f", Missing, nil)
	assert.T(t, errors.Is(err, ErrRevMismatch), err)
	begun := renewals(nodes[0], s)
	until(t, "it is renewed ten times", func() bool { return renewals(nodes[0], s) >= begun+10 })
	assert.Equal(t, nil, s.Err())
	value, got, err := c.Get(soon(t), "/e/f")
	assert.Equal(t, nil, err)
	assert.Equal(t, "x", string(value))
	assert.Equal(t, rev, got)

	assert.Equal(t, nil, s.Close(soon(t)))
	ends(t, "the session", s.Done())
	assert.T(t, errors.Is(s.Err(), ErrSessionClosed), s.Err())
	_, err = s.Set(soon(t), "/e/g", Missing, nil)
	assert.T(t, errors.Is(err, ErrSessionClosed), err)
	until(t, "its file goes", func() bool { return !nodes[0].here("/e/f") })
	assert.Equal(t, nil, s.Close(soon(t)))

	s = newSession(t, c)
	c.Close()
	ends(t, "the session of a closed client", s.Done())
	assert.T(t, errors.Is(s.Err(), ErrClosed), s.Err())
	noneLeft(t)
	_, err = c.NewSession(soon(t))
	assert.T(t, errors.Is(err, ErrClosed), err)
}

// renewals counts the changes to a session's file that a node has in its history.
func renewals(r *running, s *Session) (n int) {
	for rev := r.Store.View().Rev(); rev > 0; n++ {
		v, err := r.Store.At(rev)
		if err != nil {
			break
		}
		_, at := v.Get(s.file())
		if at <= 0 {
			break
		}
		rev = at - 1
	}
	return n
}

// A session that somebody deletes has ended for its program at once.
// Who closes a session and makes another one at once finds nothing in the way.
func TestCloseClears(t *testing.T) {
	nodes := startCluster(t, 3, steady())
	c, other := nodes[0].only(t), nodes[1].only(t)
	for range 30 {
		s := newSession(t, c)
		_, err := s.Set(soon(t), "/q/a", Missing, nil)
		assert.Equal(t, nil, err)
		assert.Equal(t, nil, s.Close(soon(t)))
		_, rev, err := other.Get(soon(t), "/q/a")
		assert.T(t, err == nil && rev == Missing, rev, err)
	}
}

func TestSessionDeleted(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	s := newSession(t, c)
	assert.Equal(t, nil, c.Del(soon(t), s.file(), Clobber))
	begun := time.Now()
	ends(t, "the session", s.Done())
	assert.T(t, time.Since(begun) < proto.DefaultLease/2, time.Since(begun))
	assert.T(t, errors.Is(s.Err(), ErrSessionLost), s.Err())
	_, err := s.Set(soon(t), "/e", Missing, nil)
	assert.T(t, errors.Is(err, ErrSessionLost), err)
}

// A program that reaches nobody any more gives its session up before the cluster does.
func TestSessionOfTheCutOff(t *testing.T) {
	nodes := leased(t, 3, "600ms")
	n := newNetwork(t)
	c := dialed(t, Config{DialContext: n.dial}, nodes[0].Started.Addr)
	knows(t, c, 3)
	s := newSession(t, c)
	for _, r := range nodes {
		n.stall(r.Started.Addr)
	}
	ends(t, "the session", s.Done())
	for _, r := range nodes {
		assert.T(t, r.here(s.file()), "a member was faster")
	}
	assert.T(t, errors.Is(s.Err(), ErrSessionLost), s.Err())
	until(t, "the cluster ends it", func() bool { return !nodes[0].here(s.file()) })
	for _, r := range nodes {
		n.resume(r.Started.Addr)
	}
}

// A node that stops without a word costs no session: it is renewed by way of another one long
// before the connection counts as lost.
func TestSessionOutlivesItsNode(t *testing.T) {
	nodes := leased(t, 3, "2s")
	n := newNetwork(t)
	c := dialed(t, Config{DialContext: n.dial, Keepalive: time.Hour}, nodes[0].Started.Addr)
	knows(t, c, 3)
	s := newSession(t, c)
	its, others := nodeOf(t, c, nodes)
	n.stall(its.Started.Addr)
	begun := renewals(others[0], s)
	until(t, "it is renewed all the same", func() bool { return renewals(others[0], s) >= begun+4 })
	assert.Equal(t, nil, s.Err())
	assert.Equal(t, its.ID, c.link.cur.Load().id)

	n.resume(its.Started.Addr)
	its.kill(t)
	begun = renewals(others[0], s)
	until(t, "it is renewed by way of the next node", func() bool { return renewals(others[0], s) >= begun+4 })
	assert.Equal(t, nil, s.Err())
}

// An outage of less than half a lease is borne, also one that begins just before a renewal.
func TestSessionOutlivesShortOutage(t *testing.T) {
	nodes := leased(t, 1, "4s")
	n := newNetwork(t)
	c := dialed(t, Config{DialContext: n.dial}, nodes[0].Started.Addr)
	s := newSession(t, c)
	begun := renewals(nodes[0], s)
	until(t, "it is about to be renewed", func() bool { return s.age().until(renewAfter) < 30*time.Millisecond })
	n.stall(nodes[0].Started.Addr)
	until(t, "seven tenths of its lease are over", func() bool { return s.age().Duration > 2800*time.Millisecond })
	assert.T(t, nodes[0].here(s.file()), "the cluster has it")
	n.resume(nodes[0].Started.Addr)
	until(t, "it is renewed, or lost", func() bool { return s.Err() != nil || renewals(nodes[0], s) >= begun+3 })
	assert.Equal(t, nil, s.Err())
}

// A session is renewed by a connection of its own when the client's takes no more streams.
func TestSessionWithoutStreams(t *testing.T) {
	nodes := leased(t, 1, "1s")
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	s := newSession(t, c)
	for range 1100 {
		w, err := c.Watch(t.Context(), "/w", 1)
		assert.Equal(t, nil, err)
		defer w.Close()
	}
	begun := renewals(nodes[0], s)
	until(t, "it is renewed, or lost", func() bool { return s.Err() != nil || renewals(nodes[0], s) >= begun+4 })
	assert.Equal(t, nil, s.Err())
}

// A lease that is changed is in force from the next renewal on.
func TestSessionLease(t *testing.T) {
	nodes := leased(t, 1, "1500ms")
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	s := newSession(t, c)
	assert.Equal(t, 1500*time.Millisecond, s.age().lease)
	setFile(t, c, leaseFile, "1s\n")
	assert.Equal(t, 1500*time.Millisecond, s.age().lease)
	begun := renewals(nodes[0], s)
	until(t, "it is renewed more often", func() bool { return renewals(nodes[0], s) >= begun+4 })
	assert.Equal(t, time.Second, s.age().lease)
	assert.Equal(t, nil, s.Err())
}

// The session's end is judged by the clock when it is asked about, before any timer has run.
func TestSessionLooksAtTheClock(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	s := newSession(t, dialed(t, Config{}, nodes[0].Started.Addr))
	assert.Equal(t, nil, s.Err())
	s.mu.Lock()
	s.proven = *new(moment) // long ago, as after a sleep
	s.mu.Unlock()
	assert.T(t, errors.Is(s.Err(), ErrSessionLost), s.Err())
	_, err := s.Set(soon(t), "/e", Missing, nil)
	assert.T(t, errors.Is(err, ErrSessionLost), err)
}
