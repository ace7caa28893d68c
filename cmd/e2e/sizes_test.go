package e2e

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// Five nodes go on without two of them.
func TestKillTwoOfFive(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 5)
	from := set(t, nodes[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, nodes[4].addr)
	l := newLoad(t, 2*time.Millisecond)
	for _, n := range nodes[2:] {
		l.through(n.addr, 4)
		l.readThrough(n.addr)
	}
	before, _ := l.measure(500 * time.Millisecond)
	killed := time.Now()
	nodes[0].kill()
	nodes[1].kill()
	after := l.fullSpeed(before)
	_, longest := l.rate(killed, time.Now())
	t.Logf("longest pause of writes %v; %d a second before, %d after", ms(longest), before, after)
	assert.T(t, longest < maxPause, longest)
	survivorsKnow(t, l, nodes[2:])
	verify(t, l, r, nodes[2:]...)
}

// A cluster shrinks to one node when slots are deleted: the others go on as followers,
// and when they are gone the one goes on alone.
func TestShrink(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3)
	from := set(t, nodes[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, nodes[2].addr, nodes[0].addr)
	l := newLoad(t, 2*time.Millisecond)
	for _, n := range nodes {
		l.through(n.addr, 4)
		l.readThrough(n.addr)
	}
	before, _ := l.measure(500 * time.Millisecond)
	began := time.Now()
	for _, n := range nodes[:2] {
		assert.Equal(t, nil, n.c.Del(timed(t), slotOf(t, n.c, n.id), client.Clobber))
		expect(t, nodes[2].c, "/ctl/node/"+n.id+"/writable", "")
	}
	after := l.fullSpeed(before)
	for _, n := range nodes[:2] {
		follows(t, nodes[2], n)
		n.kill()
	}
	l.fullSpeed(before / 3)
	_, longest := l.rate(began, time.Now())
	t.Logf("longest pause of writes %v; %d a second before, %d by way of one", ms(longest), before, after)
	assert.T(t, longest < maxPause, longest)
	survivorsKnow(t, l, nodes[2:])
	verify(t, l, r, nodes[2])
}

// When all sleep, as when a machine is suspended, nobody is blamed for that.
func TestAllSleep(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3, "-timeout", "1")
	from := set(t, nodes[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, nodes[1].addr)
	l := newLoad(t, 2*time.Millisecond)
	for _, n := range nodes {
		l.through(n.addr, 4)
		l.readThrough(n.addr)
	}
	before, _ := l.measure(500 * time.Millisecond)
	for _, n := range nodes {
		n.signal(syscall.SIGSTOP)
	}
	pause(2500 * time.Millisecond)
	woke := time.Now()
	for _, n := range nodes {
		n.signal(syscall.SIGCONT)
	}
	after := l.fullSpeed(before)
	_, longest := l.rate(woke, time.Now())
	t.Logf("longest pause of writes after waking %v; %d a second before, %d after", ms(longest), before, after)
	assert.T(t, longest < maxPause, longest)
	for i, n := range nodes {
		got, _ := get(t, nodes[0].c, fmt.Sprint("/ctl/cal/", i))
		assert.Equal(t, n.id, got)
	}
	survivorsKnow(t, l, nodes)
	verify(t, l, r, nodes...)
}

// Of several addresses to attach to one that answers will do.
func TestAttachPastStopped(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3)
	set(t, nodes[0].c, "/message", client.Missing, "hello")
	nodes[0].signal(syscall.SIGSTOP)
	began := time.Now()
	d := startNode(t, "D", "-a", "127.0.0.1:1", "-a", nodes[0].addr, "-a", nodes[1].addr)
	got, _ := get(t, d.c, "/message")
	assert.Equal(t, "hello", got)
	t.Logf("attached past a stopped node, and read, within %v", ms(time.Since(began)))
	rev := set(t, d.c, "/message", client.Clobber, "by way of D")
	_, at := get(t, nodes[2].c, "/message")
	assert.Equal(t, rev, at)
}
