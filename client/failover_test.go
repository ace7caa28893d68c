package client

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	doozerd "github.com/ha/doozer/peer"
)

// The node that a client talks to is killed again and again, and replaced, under
// a load: no acknowledged write is lost, none is done twice, and the watches see
// the whole history once.
func TestKillUnderFire(t *testing.T) {
	nodes := startCluster(t, 3, quick())
	scribe := nodes[2]
	nodes = nodes[:2]
	cfg := allBut(scribe.Started.Addr)
	a := dialed(t, cfg, nodes[0].Started.Addr)
	b := dialed(t, cfg, nodes[1].Started.Addr)
	rev, err := scribe.only(t).Rev(soon(t))
	assert.Equal(t, nil, err)
	f := newFire(t, rev+1)
	f.through("a", a, 4)
	f.through("b", b, 4)
	for range 4 {
		knows(t, a, len(nodes)+1)
		f.goesOn(200)
		victim, others := nodeOf(t, a, nodes)
		spare := startNode(t, quick(), scribe.Started.Addr)
		victim.kill(t)
		f.goesOn(200)
		nodes = append(others, spare)
		until(t, "the spare took the slot", spare.writable)
	}
	f.verify(scribe.only(t))
	a.Close()
	b.Close()
}

// allBut is the configuration of clients that cannot reach one node: it lives
// on, and has the history.
func allBut(addr string) Config {
	return Config{DialContext: func(ctx context.Context, network, to string) (net.Conn, error) {
		if to == addr {
			return nil, errors.New(to + ": out of reach")
		}
		return new(net.Dialer).DialContext(ctx, network, to)
	}}
}

// A client that was dialed with one address finds the others, hears of new ones
// and of those that are gone, and no address that it was dialed with needs to
// be left.
func TestFindsNodes(t *testing.T) {
	nodes := startCluster(t, 1, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	knows(t, c, 1)
	nodes = append(nodes, startNode(t, steady(), nodes[0].Started.Addr))
	knows(t, c, 2)
	_, err := c.Set(soon(t), "/ctl/cal/1", Missing, nil)
	assert.Equal(t, nil, err)
	until(t, "it is a member", nodes[1].writable)
	order, _ := c.link.nodes.order(time.Now(), nil)
	assert.Equal(t, 2, len(order))
	assert.Equal(t, nil, c.Del(soon(t), "/ctl/node/none/addr", Clobber))
	_, err = c.Set(soon(t), "/ctl/node/none/addr", Missing, []byte("10.0.0.1:8046"))
	assert.Equal(t, nil, err)
	knows(t, c, 3)
	assert.Equal(t, nil, c.Del(soon(t), "/ctl/node/none/addr", Clobber))
	knows(t, c, 2)
}

// TOO_LATE comes after all that was missed is gone from every node, and there
// is a way out.
func TestTooLate(t *testing.T) {
	cfg := steady()
	cfg.History = 64
	nodes := startCluster(t, 3, cfg)
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	knows(t, c, 3)
	w, err := c.Watch(soon(t), "/rare", 0)
	assert.Equal(t, nil, err)
	defer w.Close()
	other := nodes[1].only(t)
	for range 400 {
		_, err := other.Set(soon(t), "/often", Clobber, nil)
		assert.Equal(t, nil, err)
	}
	victim, others := nodeOf(t, c, nodes)
	victim.kill(t)
	_, err = w.Next()
	assert.T(t, errors.Is(err, ErrTooLate), err)
	_, err = w.Next()
	assert.T(t, errors.Is(err, ErrTooLate), err)

	rev, err := c.Rev(soon(t))
	assert.Equal(t, nil, err)
	files := 0
	for _, err := range c.Walk(soon(t), "/often", At(rev)) {
		assert.Equal(t, nil, err)
		files++
	}
	assert.Equal(t, 1, files)
	w, err = c.Watch(soon(t), "/rare", rev+1)
	assert.Equal(t, nil, err)
	defer w.Close()
	exp, err := others[0].only(t).Set(soon(t), "/rare", Missing, nil)
	assert.Equal(t, nil, err)
	ev, err := w.Next()
	assert.Equal(t, nil, err)
	assert.Equal(t, exp, ev.Rev)
}

// What one node has trimmed away another one may still have: the watch goes there.
func TestTooLateHereOnly(t *testing.T) {
	short := steady()
	short.History = 64
	nodes := startCluster(t, 3, steady())
	spare := startNode(t, short, nodes[0].Started.Addr) // begins with a snapshot
	c := dialed(t, Config{}, spare.Started.Addr)
	knows(t, c, 4)
	assert.Equal(t, spare.ID, c.link.cur.Load().id)
	rev, err := c.Rev(soon(t))
	assert.Equal(t, nil, err)
	var exp []int64
	for range 300 {
		rev, err := c.Set(soon(t), "/often", Clobber, nil)
		assert.Equal(t, nil, err)
		exp = append(exp, rev)
	}
	w, err := c.Watch(soon(t), "/often", rev)
	assert.Equal(t, nil, err)
	defer w.Close()
	for i := range exp {
		ev, err := w.Next()
		assert.Equal(t, nil, err)
		assert.Equal(t, exp[i], ev.Rev)
	}
	assert.NotEqual(t, spare.ID, c.link.cur.Load().id)
}

// With all nodes gone, contexts end calls, and nothing is left behind Close.
func TestAllGone(t *testing.T) {
	node := startNode(t, steady())
	c := dialed(t, Config{}, node.Started.Addr)
	node.kill(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	begun := time.Now()
	_, _, err := c.Get(ctx, "/a")
	assert.T(t, errors.Is(err, context.DeadlineExceeded), err)
	assert.T(t, errors.Is(err, ErrUnreachable), err)
	assert.T(t, time.Since(begun) < 5*time.Second)
	_, err = c.Set(ctx, "/a", Clobber, nil)
	assert.T(t, errors.Is(err, context.DeadlineExceeded), err)
	assert.T(t, !errors.Is(err, ErrOutcomeUnknown), err)

	c.Close()
	noneLeft(t)
}

// A write that waits for a node is sent once there is one; so is all else. With
// GiveUp calls do not wait for longer than that.
func TestNodeComesBack(t *testing.T) {
	node := startNode(t, steady())
	c := dialed(t, Config{GiveUp: 200 * time.Millisecond}, node.Started.Addr)
	patient := dialed(t, Config{}, node.Started.Addr)
	w, err := c.Watch(t.Context(), "/none", 0)
	assert.Equal(t, nil, err)
	addr := node.Started.Addr
	node.kill(t)
	_, err = w.Next()
	assert.T(t, errors.Is(err, ErrUnreachable), err)
	_, err = w.Next()
	assert.T(t, errors.Is(err, ErrUnreachable), err)
	_, _, err = c.Get(t.Context(), "/a")
	assert.T(t, errors.Is(err, ErrUnreachable), err)
	set := make(chan error)
	go func() {
		_, err := patient.Set(soon(t), "/a", Missing, []byte("x"))
		set <- err
	}()
	startNode(t, doozerd.Config{Addr: addr})
	assert.Equal(t, nil, <-set)
	until(t, "the impatient one is connected", func() bool {
		v, _, err := c.Get(soon(t), "/a")
		return err == nil && string(v) == "x"
	})
}

// A survivor without a majority says so, and does not hold up local reads.
func TestNoMajority(t *testing.T) {
	nodes := startCluster(t, 3, steady())
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	knows(t, c, 3)
	its, others := nodeOf(t, c, nodes)
	its.kill(t)
	others[0].kill(t)
	_, _, err := c.Get(soon(t), "/ctl/name", Local())
	assert.Equal(t, nil, err)
	begun := time.Now()
	set := make(chan error, 1)
	go func() {
		_, err := c.Set(soon(t), "/a", Clobber, nil)
		set <- err
	}()
	for err == nil { // its leases last a moment longer
		_, _, err = c.Get(soon(t), "/ctl/name")
	}
	assert.T(t, errors.Is(err, ErrNoQuorum), err)
	err = <-set
	assert.T(t, errors.Is(err, ErrOutcomeUnknown), err)
	t.Logf("a write and a read ended after %v", time.Since(begun).Round(time.Millisecond))
}
