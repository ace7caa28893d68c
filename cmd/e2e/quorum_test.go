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

// maxAnswer bounds the wait for "outcome unknown" and "no quorum", which come
// after 5 s.
const maxAnswer = 8 * time.Second

// A survivor without a majority says so in time, and shows what it has. Silence removes nobody
// then.
func TestNoMajority(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3, "-timeout", "1")
	follower := startNode(t, "F", "-timeout", "1", "-a", nodes[0].addr)
	set(t, nodes[0].c, "/message", client.Missing, "hello")
	expect(t, follower.c, "/message", "hello")
	nodes[0].kill()
	nodes[1].kill()
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
		got, rev := get(t, n.c, "/message", client.Local())
		assert.Equal(t, "hello", got)
		got, _ = get(t, n.c, "/message", client.At(rev))
		assert.Equal(t, "hello", got)
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

// cause is what the node said, without what the client says of the request.
func cause(err error) string {
	var e *client.Error
	if errors.As(err, &e) {
		return e.Error()
	}
	return fmt.Sprint(err)
}

// An empty slot that nobody takes changes nothing for those who write.
func TestSlotWithoutSpare(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3, "-timeout", "1")
	from := set(t, nodes[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, addrs(nodes)...)
	l := newLoad(t, 2*time.Millisecond)
	for _, n := range nodes {
		l.through(n.addr, 4)
		l.readThrough(n.addr)
	}
	before, _ := l.measure(500 * time.Millisecond)
	began := time.Now()
	set(t, nodes[0].c, "/ctl/cal/4", client.Missing, "")
	set(t, nodes[0].c, "/ctl/cal/5", client.Missing, "a typo")
	pause(time.Second) // what it would change comes into force alpha seqns later
	after := l.fullSpeed(before)
	_, longest := l.rate(began, time.Now())
	t.Logf("longest pause of writes after a slot was set: %v; %d writes a second before, %d after", ms(longest), before, after)
	assert.T(t, longest < maxPause, longest)
	got, _ := get(t, nodes[1].c, "/ctl/cal/4")
	assert.Equal(t, "", got)
	survivorsKnow(t, l, nodes)
	verify(t, l, r, nodes...)
}

// The last member is not removed for its silence, with a spare that waits for a slot.
func TestLastMemberStays(t *testing.T) {
	t.Parallel()
	a := startNode(t, "A", "-timeout", "1")
	b := startNode(t, "B", "-timeout", "1", "-a", a.addr)
	follows(t, a, b)
	a.signal(syscall.SIGSTOP)
	pause(3 * time.Second) // three times the timeout
	got, _ := get(t, b.c, "/ctl/cal/0", client.Local())
	assert.Equal(t, a.id, got)
	a.signal(syscall.SIGCONT)
	rev := set(t, a.c, "/later", client.Missing, "")
	_, at := get(t, b.c, "/later")
	assert.Equal(t, rev, at)
	got, _ = get(t, b.c, "/ctl/cal/0")
	assert.Equal(t, a.id, got)
}
