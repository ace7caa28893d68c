package e2e

import (
	"syscall"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// A member that sleeps for less than the timeout catches up, and goes on as if
// nothing had been.
func TestShortSleep(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3, "-timeout", "5")
	from := set(t, nodes[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, nodes[0].addr)
	l := newLoad(t, 2*time.Millisecond)
	for _, n := range nodes {
		l.through(n.addr, 4)
		l.readThrough(n.addr)
	}
	sleeper := nodes[2]
	slot := slotOf(t, nodes[0].c, sleeper.id)
	before, _ := l.measure(500 * time.Millisecond)
	began := time.Now()
	sleeper.signal(syscall.SIGSTOP)
	asleep := l.fullSpeed(before * 2 / 3) // its own writers wait
	sleeper.signal(syscall.SIGCONT)
	rev := set(t, nodes[0].c, "/awake", client.Missing, "")
	_, at := get(t, sleeper.c, "/awake")
	assert.Equal(t, rev, at)
	after := l.fullSpeed(before)
	_, longest := l.rate(began, time.Now())
	t.Logf("longest pause of writes %v; %d writes a second before, %d while it slept, %d after", ms(longest), before, asleep, after)
	assert.T(t, longest < maxPause, longest)
	assert.Equal(t, slot, joined(t, nodes[0].c, sleeper))
	survivorsKnow(t, l, nodes)
	verify(t, l, r, nodes...)
}

// At full load a member may sleep as well: it catches up while the load goes on.
func TestSleepAtFullLoad(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3)
	from := set(t, nodes[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, nodes[0].addr)
	l := newLoad(t, 0)
	for _, n := range nodes {
		l.through(n.addr, 16)
		l.readThrough(n.addr)
	}
	before, _ := l.measure(500 * time.Millisecond)
	began := time.Now()
	nodes[1].signal(syscall.SIGSTOP)
	asleep, _ := l.measure(time.Second)
	nodes[1].signal(syscall.SIGCONT)
	after := l.fullSpeed(before)
	_, longest := l.rate(began, time.Now())
	t.Logf("longest pause of writes %v; %d writes a second before, %d while it slept, %d after", ms(longest), before, asleep, after)
	assert.T(t, longest < maxPause, longest)
	survivorsKnow(t, l, []*node{nodes[0], nodes[2]}) // a snapshot may carry the sleeper past what it proposed
	verify(t, l, r, nodes...)
}
