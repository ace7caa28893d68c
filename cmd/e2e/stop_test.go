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

// A member that sleeps for longer loses its slot to a spare. It finds that out, goes
// on as a follower, registers again, and takes the next empty slot, under its old id.
func TestLongSleep(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3, "-timeout", "1")
	from := set(t, nodes[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, nodes[0].addr)
	l := newLoad(t, 2*time.Millisecond)
	l.through(nodes[0].addr, 4)
	l.through(nodes[1].addr, 4)
	sleeper := nodes[2]
	slot := slotOf(t, nodes[0].c, sleeper.id)
	before, _ := l.measure(500 * time.Millisecond)
	sleeper.signal(syscall.SIGSTOP)
	spare := startNode(t, "D", "-timeout", "1", "-a", nodes[1].addr)
	assert.Equal(t, slot, joined(t, nodes[0].c, spare))
	expect(t, nodes[0].c, "/ctl/node/"+sleeper.id+"/addr", "")
	sleeper.signal(syscall.SIGCONT)
	expect(t, nodes[0].c, "/ctl/node/"+sleeper.id+"/addr", sleeper.addr)
	expect(t, nodes[0].c, "/ctl/node/"+sleeper.id+"/writable", "")
	follows(t, nodes[0], sleeper)
	l.through(sleeper.addr, 4)
	l.fullSpeed(before)
	set(t, nodes[0].c, "/ctl/cal/again", client.Missing, "")
	assert.Equal(t, "/ctl/cal/again", joined(t, nodes[0].c, sleeper))
	after := l.fullSpeed(before)
	t.Logf("%d writes a second before, %d after it came back", before, after)
	all := append(nodes, spare)
	survivorsKnow(t, l, all)
	verify(t, l, r, all...)
}
