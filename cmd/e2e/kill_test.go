package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// maxPause bounds the pause of the writes at all others that a killed member
// may cost; far above what it does cost on a machine that is not busy.
const maxPause = 2 * time.Second

// fullSpeed waits until a load is about as fast as it was before: a rate that
// stays far below it would tell of a cluster that waits for somebody over and over. It
// returns the rate.
func (l *load) fullSpeed(before int) (now int) {
	l.t.Helper()
	eventually(l.t, "writes go on at full speed", func() error {
		if now, _ = l.measure(500 * time.Millisecond); now < before/3 {
			return fmt.Errorf("%d a second, before it was %d", now, before)
		}
		return nil
	})
	return now
}

// survivorsKnow checks that members that lived told what became of each write.
func survivorsKnow(t *testing.T, l *load, nodes []*node) {
	t.Helper()
	l.end()
	for _, n := range nodes {
		if ws := l.unknown[n.addr]; len(ws) > 0 {
			t.Errorf("%s did not know what became of %d writes", n.name, len(ws))
		}
	}
}

// At full load, a kill costs no more, and nothing is lost either; nor at a
// follower that attached to the one that is killed.
func TestKillAtFullLoad(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3)
	follower := startNode(t, "F", "-a", nodes[0].addr)
	from := set(t, nodes[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, follower.addr)
	l := newLoad(t, 0)
	for _, n := range nodes {
		l.through(n.addr, 16)
		l.readThrough(n.addr)
	}
	l.through(follower.addr, 16)
	l.readThrough(follower.addr)
	before, _ := l.measure(500 * time.Millisecond)
	killed := time.Now()
	nodes[0].kill()
	after := l.fullSpeed(before)
	_, longest := l.rate(killed, time.Now())
	t.Logf("A killed under full load: longest pause %v; %d writes a second before, %d after", ms(longest), before, after)
	assert.T(t, longest < maxPause, longest)
	survivorsKnow(t, l, nodes[1:])
	set(t, follower.c, "/after", client.Missing, "")
	verify(t, l, r, nodes[1], nodes[2], follower)
}
