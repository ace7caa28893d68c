package e2e

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// A node that stops, and then one that dies, each under a client that holds a lock or
// waits for it, cost nobody the session or the place in line; and a mirror misses nothing.
func TestRecipesOutliveNodes(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3)
	set(t, nodes[0].c, "/ctl/lease", client.Missing, "2s")
	a, its := follower(t, nodes, 0)
	b, other := follower(t, nodes, 1)
	witness := nodes[2]
	session, err := a.NewSession(timed(t))
	assert.Equal(t, nil, err)
	held, err := session.Lock(timed(t), "/lock/x")
	assert.Equal(t, nil, err)
	waiter, err := b.NewSession(timed(t))
	assert.Equal(t, nil, err)
	next := make(chan *client.Lock, 1)
	go func() {
		l, err := waiter.Lock(t.Context(), "/lock/x")
		assert.Equal(t, nil, err)
		next <- l
	}()
	m, err := a.Mirror(t.Context(), "/m/*")
	assert.Equal(t, nil, err)
	defer m.Close()

	its.signal(syscall.SIGSTOP)
	renewed(t, witness, session, 4)
	last := set(t, witness.c, "/m/a", client.Missing, "1")
	_, err = m.Await(timed(t), last)
	assert.Equal(t, nil, err)
	its.signal(syscall.SIGCONT)
	other.kill()
	renewed(t, witness, waiter, 4)
	assert.Equal(t, nil, session.Err())
	assert.Equal(t, nil, waiter.Err())
	assert.Equal(t, nil, held.Err())

	began := time.Now()
	assert.Equal(t, nil, held.Unlock(timed(t)))
	select {
	case l := <-next:
		assert.T(t, l.Token() > held.Token())
		t.Logf("the lock was passed on within %v", ms(time.Since(began)))
	case <-time.After(patience):
		t.Fatal("the lock is not passed on")
	}
	assert.Equal(t, nil, session.Close(timed(t)))
	assert.Equal(t, nil, waiter.Close(timed(t)))
}

// follower is a client that knows all nodes, and the one that it begins with.
func follower(t *testing.T, nodes []*node, i int) (*client.Client, *node) {
	t.Helper()
	uri := "doozer:?"
	for _, n := range nodes {
		uri += "&ca=" + n.addr
	}
	for {
		c, err := client.Dial(timed(t), uri)
		assert.Equal(t, nil, err)
		id, err := c.Self(timed(t))
		assert.Equal(t, nil, err)
		if id == nodes[i].id {
			t.Cleanup(func() { c.Close() })
			return c, nodes[i]
		}
		c.Close() // it takes any
	}
}

// renewed waits until a node has seen a session renewed that often.
func renewed(t *testing.T, n *node, s *client.Session, times int) {
	t.Helper()
	w, err := n.c.Watch(timed(t), "/ctl/sess/"+s.Name(), 0)
	assert.Equal(t, nil, err)
	defer w.Close()
	for ev, err := range w.All() {
		if err == nil && ev.Del {
			err = errors.New("it ended")
		}
		if err != nil {
			t.Fatalf("the session %s: %v (%v)", s.Name(), err, s.Err())
		}
		if times--; times == 0 {
			return
		}
	}
}
