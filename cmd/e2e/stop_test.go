package e2e

import (
	"strings"
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
	l.readThrough(sleeper.addr)
	l.fullSpeed(before)
	set(t, nodes[0].c, "/ctl/cal/again", client.Missing, "")
	assert.Equal(t, "/ctl/cal/again", joined(t, nodes[0].c, sleeper))
	after := l.fullSpeed(before)
	t.Logf("%d writes a second before, %d after it came back", before, after)
	all := append(nodes, spare)
	survivorsKnow(t, l, all)
	verify(t, l, r, all...)
}

// A member that sleeps past what the others keep takes a snapshot, and goes on
// in its slot. Who watched there from before the gap is told.
func TestSleepPastLog(t *testing.T) {
	t.Parallel()
	small := []string{"-hist", "100", "-histbytes", "1000000"}
	nodes := startCluster(t, 3, small...)
	sleeper := nodes[2]
	slot := slotOf(t, nodes[0].c, sleeper.id)
	w, err := sleeper.c.Watch(timed(t), "/big", 0)
	assert.Equal(t, nil, err)
	defer w.Close()
	sleeper.signal(syscall.SIGSTOP)
	const writes = 300 // far more than the others keep for it, and than waits in its sockets
	value := string(make([]byte, 1<<19))
	for range writes {
		set(t, nodes[0].c, "/big", client.Clobber, value)
	}
	rev := set(t, nodes[0].c, "/last", client.Clobber, "")
	woke := time.Now()
	sleeper.signal(syscall.SIGCONT)
	_, at := get(t, sleeper.c, "/last")
	t.Logf("it had caught up %v after it woke", ms(time.Since(woke)))
	assert.Equal(t, rev, at)
	got := 0
	for err == nil {
		_, err = w.Next()
		got++
	}
	fails(t, client.ErrTooLate, err)
	assert.T(t, got < writes, got)
	assert.T(t, strings.Contains(sleeper.stderr.String(), "took a snapshot"), "it got all from the others")
	assert.Equal(t, slot, joined(t, nodes[0].c, sleeper))
	for i, n := range nodes {
		rev = set(t, n.c, "/after", client.Clobber, n.name)
		_, at = get(t, nodes[(i+1)%3].c, "/after")
		assert.Equal(t, rev, at)
	}
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
