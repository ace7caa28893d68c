package e2e

import (
	"syscall"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// A healthy member is never kicked for what befalls another: that one is started again,
// or loses its packets for 5 s; nor is that one itself, while it is heard within the
// timeout.
func TestHealthyMemberIsNeverKicked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		timeout string
		befalls func(t *testing.T, healthy, other *node)
		both    bool // the other stays a member, too
	}{
		"another is started again":      {"1", startAgain, false},
		"another is silent for 5 s":     {"60", silent, true},
		"another is heard now and then": {"2", heardNowAndThen, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nodes := startCluster(t, 3, "-timeout", c.timeout)
			from := set(t, nodes[0].c, "/begin", client.Missing, "")
			r := record(t, from+1, nodes[0].addr)
			kept := make(map[string]bool)
			for _, n := range nodes[:2] {
				kept[slotOf(t, nodes[0].c, n.id)] = true
				kept["/ctl/node/"+n.id+"/addr"] = true
				kept["/ctl/node/"+n.id+"/writable"] = true
			}
			if c.both {
				kept[slotOf(t, nodes[0].c, nodes[2].id)] = true
			}
			l := newLoad(t, 2*time.Millisecond)
			l.through(nodes[0].addr, 4)
			l.through(nodes[1].addr, 4)
			c.befalls(t, nodes[0], nodes[2])
			survivorsKnow(t, l, nodes[:2])
			mark := set(t, nodes[1].c, "/end", client.Missing, "")
			for _, ev := range r.upTo(mark) {
				if kept[ev.Path] {
					t.Errorf("%s changed at revision %d: %q", ev.Path, ev.Rev, ev.Value)
				}
			}
			verify(t, l, r, nodes[0], nodes[1])
		})
	}
}

// startAgain kills a node, and starts it again where it was; it gets its slot back.
func startAgain(t *testing.T, healthy, other *node) {
	slot := slotOf(t, healthy.c, other.id)
	other.kill()
	again := startNode(t, "C2", "-timeout", "1", "-l", other.addr, "-a", healthy.addr)
	expect(t, healthy.c, slot, again.id)
	joined(t, healthy.c, again)
}

// silent has a node send and answer nothing for 5 s.
func silent(t *testing.T, _, other *node) {
	other.signal(syscall.SIGSTOP)
	pause(5 * time.Second)
	other.signal(syscall.SIGCONT)
	rev := set(t, other.c, "/awake", client.Missing, "")
	assert.T(t, rev > 0)
}

// heardNowAndThen has what a node sends and hears come through in moments only, for 5 s.
func heardNowAndThen(t *testing.T, _, other *node) {
	for range 6 {
		other.signal(syscall.SIGSTOP)
		pause(500 * time.Millisecond)
		other.signal(syscall.SIGCONT)
		pause(330 * time.Millisecond)
	}
}

// A member that sleeps for longer than the timeout loses its slot to a spare. It finds that out, goes
// on as a follower, registers again, and takes the next empty slot, under its old id.
func TestRemovedWhileAsleepJoinsAgain(t *testing.T) {
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

// A replacement on the address of a dead member works: as a follower while the dead one
// has its slot, with no fuss made of it, and then as a member in that slot.
func TestReplacementOnSameAddress(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3, "-timeout", "4")
	slot := slotOf(t, nodes[1].c, nodes[0].id)
	from := set(t, nodes[1].c, "/begin", client.Missing, "")
	r := record(t, from+1, nodes[1].addr)
	l := newLoad(t, 2*time.Millisecond)
	l.through(nodes[1].addr, 4)
	l.through(nodes[2].addr, 4)
	before, _ := l.measure(500 * time.Millisecond)
	nodes[0].kill()
	again := startNode(t, "A2", "-timeout", "4", "-l", nodes[0].addr, "-a", nodes[1].addr)
	follows(t, nodes[1], again)
	l.fullSpeed(before)
	live := []*node{again, nodes[1], nodes[2]}
	var lines []int
	for _, n := range live {
		lines = append(lines, n.stderr.lines())
	}
	after, longest := l.measure(2 * time.Second)
	t.Logf("%d writes a second before, %d after, longest pause %v", before, after, ms(longest))
	for i, n := range live {
		if more := n.stderr.lines() - lines[i]; more > 2 {
			t.Errorf("%s logged %d lines in a quiet while:\n%s", n.name, more, n.stderr.tail())
		}
	}
	expect(t, again.c, slot, again.id)
	assert.Equal(t, slot, joined(t, nodes[1].c, again))
	l.through(again.addr, 4)
	l.readThrough(again.addr)
	l.fullSpeed(before)
	survivorsKnow(t, l, live)
	verify(t, l, r, live...)
}

// Killing the first process is no different from killing another: each of the three
// first members is killed in turn during writes at all others, and replaced.
func TestKillingTheFirstIsNoDifferent(t *testing.T) {
	t.Parallel()
	short := []string{"-timeout", "1"}
	live := startCluster(t, 3, short...)
	from := set(t, live[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, addrs(live)...)
	l := newLoad(t, 2*time.Millisecond)
	for _, n := range live {
		l.through(n.addr, 4)
		l.readThrough(n.addr)
	}
	for i := range 3 {
		victim, rest := live[0], live[1:]
		slot := slotOf(t, rest[0].c, victim.id)
		before, _ := l.measure(500 * time.Millisecond)
		killed := time.Now()
		victim.kill()
		after := l.fullSpeed(before)
		spare := startNode(t, string(rune('D'+i)), append(short, "-a", rest[0].addr)...)
		r.also(spare.addr)
		live = append(rest[:len(rest):len(rest)], spare)
		expect(t, spare.c, slot, spare.id)
		joined(t, spare.c, spare)
		took := time.Since(killed)
		l.through(spare.addr, 4)
		l.readThrough(spare.addr)
		again := l.fullSpeed(before)
		_, longest := l.rate(killed, time.Now())
		t.Logf("%s killed: longest pause of writes at the others %v; %d writes a second before, %d after; %s has %s after %v, then %d",
			victim.name, ms(longest), before, after, spare.name, slot, ms(took), again)
		assert.T(t, longest < maxPause, longest)
		expect(t, spare.c, "/ctl/node/"+victim.id+"/addr", "")
	}
	survivorsKnow(t, l, live)
	verify(t, l, r, live...)
}

// The last member is not removed: not for its silence, with a spare that waits for a slot;
// nor when its slot is emptied or deleted.
func TestLastMemberIsNotRemoved(t *testing.T) {
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
	b.kill() // it would take the slot
	set(t, a.c, "/ctl/cal/0", client.Clobber, "")
	expect(t, a.c, "/ctl/cal/0", a.id)
	assert.Equal(t, nil, a.c.Del(timed(t), "/ctl/cal/0", client.Clobber))
	rev = set(t, a.c, "/last", client.Missing, "")
	_, at = get(t, a.c, "/last")
	assert.Equal(t, rev, at)
}
