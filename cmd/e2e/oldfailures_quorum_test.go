package e2e

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// maxAnswer bounds the wait for "outcome unknown" and "no quorum".
const maxAnswer = 5 * time.Second

// A survivor without a majority does not hang: it says within 5 s that it has none, and
// shows at once what it has to who asks for that. Silence removes nobody then.
func TestSurvivorWithoutMajorityAnswers(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3, "-timeout", "1")
	follower := startNode(t, "F", "-timeout", "1", "-a", nodes[0].addr)
	set(t, nodes[0].c, "/message", client.Missing, "hello")
	expect(t, follower.c, "/message", "hello")
	nodes[0].kill()
	nodes[1].kill()
	unleased(t, nodes[2])
	c := nodes[2].c
	began := time.Now()
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			_, err := c.Set(timed(t), fmt.Sprint("/new/", i), client.Missing, nil)
			assert.Equal(t, client.ErrOutcomeUnknown.Error(), cause(err))
		})
		wg.Go(func() {
			_, _, err := c.Get(timed(t), "/message")
			assert.Equal(t, client.ErrNoQuorum.Error(), cause(err))
		})
		wg.Go(func() {
			_, _, err := follower.c.Get(timed(t), "/message")
			assert.Equal(t, client.ErrNoQuorum.Error(), cause(err))
		})
	}
	wg.Go(func() { assert.NotEqual(t, nil, follower.c.Nop(timed(t))) })
	for _, n := range []*node{nodes[2], follower} {
		readsLocally(t, n)
	}
	assert.T(t, time.Since(began) < 2*time.Second, time.Since(began))
	wg.Wait()
	took := time.Since(began)
	t.Logf("all was answered within %v", ms(took))
	assert.T(t, took < maxAnswer, took)
	for i, n := range nodes { // the timeout is long over
		got, _ := get(t, c, fmt.Sprint("/ctl/cal/", i), client.Local())
		assert.Equal(t, n.id, got)
	}
}

// unleased waits until a node has to ask others before it reads, and will have to: it has heard none of
// them for far longer than a lease.
func unleased(t *testing.T, n *node) {
	t.Helper()
	eventually(t, n.name+" has no lease", func() error {
		s, err := n.c.Status(timed(t))
		if err != nil {
			return err
		}
		for _, m := range s.Members {
			if m.ID != n.id && m.HeardMS < 500 {
				return fmt.Errorf("it heard %s %d ms ago", m.ID, m.HeardMS)
			}
		}
		if s.LeaseMS != 0 {
			return fmt.Errorf("it has one for %d ms", s.LeaseMS)
		}
		return nil
	})
}

// Nor does doozer hang where the others are stopped, and accept connections: it
// looks among them for one that does better, but not for long.
func TestReadAmongStoppedNodes(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3)
	set(t, nodes[2].c, "/message", client.Missing, "hello")
	for _, n := range nodes[:2] {
		n.signal(syscall.SIGSTOP)
	}
	unleased(t, nodes[2])
	began := time.Now()
	_, _, status := shell(t, nodes[2].addr, "doozer get /message")
	took := time.Since(began)
	t.Logf("answered within %v", ms(took))
	assert.Equal(t, 127, status)
	assert.T(t, took < maxAnswer+time.Second, took) // it takes half a second to look for a majority first
}

// readsLocally checks that a node shows what it has, by each verb that reads; and
// that the command does so when it is asked to, and else does not.
func readsLocally(t *testing.T, n *node) {
	t.Helper()
	got, rev := get(t, n.c, "/message", client.Local())
	assert.Equal(t, "hello", got)
	got, _ = get(t, n.c, "/message", client.At(rev))
	assert.Equal(t, "hello", got)
	length, at, err := n.c.Stat(timed(t), "/message", client.Local())
	assert.Equal(t, nil, err)
	assert.Equal(t, rev, at)
	assert.Equal(t, 5, int(length))
	newest, err := n.c.Rev(timed(t), client.Local())
	assert.Equal(t, nil, err)
	assert.T(t, newest >= rev, newest)
	var names []string
	for name, err := range n.c.Getdir(timed(t), "/", client.Local()) {
		assert.Equal(t, nil, err)
		names = append(names, name)
	}
	assert.Equal(t, []string{"ctl", "message"}, names)
	for f, err := range n.c.Walk(timed(t), "/mess*", client.Local()) {
		assert.Equal(t, nil, err)
		assert.Equal(t, "/message hello", f.Path+" "+string(f.Value))
	}
	assert.Equal(t, fmt.Sprintf("%d 5\nhello\n", rev), prints(t, n.addr, "doozer -local get /message"))
	assert.Equal(t, fmt.Sprintf("%d 5\n", rev), prints(t, n.addr, "doozer -local stat /message"))
	assert.Equal(t, "/message\n", prints(t, n.addr, "doozer -local find '/mess*'"))
	assert.Equal(t, fmt.Sprintf("/message %d 5\nhello\n", rev), prints(t, n.addr, "doozer -local walk '/mess*'"))
	_, _, status := shell(t, n.addr, "doozer -t 0.3 get /message")
	assert.Equal(t, 124, status)
}

// cause is what the node said, without what the client says of the request.
func cause(err error) string {
	var e *client.Error
	if errors.As(err, &e) {
		return e.Error()
	}
	return fmt.Sprint(err)
}

// An empty slot that no spare node takes changes nothing for those who write.
func TestEmptySlotWithoutSpareChangesNothing(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3, "-timeout", "1")
	from := set(t, nodes[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, addrs(nodes)...)
	l := newLoad(t, 2*time.Millisecond)
	for _, n := range nodes {
		l.through(n.addr, 4)
		l.readThrough(n.addr)
	}
	before, _ := l.measure(time.Second)
	began := time.Now()
	set(t, nodes[0].c, "/ctl/cal/4", client.Missing, "")
	set(t, nodes[0].c, "/ctl/cal/5", client.Missing, "a typo")
	after, _ := l.measure(time.Second) // what it would change comes into force alpha seqns later
	again := l.fullSpeed(2 * before)
	_, longest := l.rate(began, time.Now())
	t.Logf("longest pause of writes after a slot was set: %v; %d writes a second before, %d in the second that follows, then %d", ms(longest), before, after, again)
	assert.T(t, longest < maxPause/2, longest)
	got, _ := get(t, nodes[1].c, "/ctl/cal/4")
	assert.Equal(t, "", got)
	survivorsKnow(t, l, nodes)
	verify(t, l, r, nodes...)
}
