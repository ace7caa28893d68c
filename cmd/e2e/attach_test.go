package e2e

import (
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// Nodes attach to a cluster under full load, and become members, while the load
// goes on.
func TestAttachUnderLoad(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3)
	from := set(t, nodes[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, addrs(nodes)...)
	l := newLoad(t, 0)
	for _, n := range nodes {
		l.through(n.addr, 16)
		l.readThrough(n.addr)
	}
	before, _ := l.measure(500 * time.Millisecond)
	began := time.Now()
	d := startNode(t, "D", "-a", nodes[1].addr)
	set(t, d.c, "/ctl/cal/3", client.Missing, "")
	assert.Equal(t, "/ctl/cal/3", joined(t, d.c, d))
	took := time.Since(began)
	_, longest := l.rate(began, time.Now())
	l.through(d.addr, 16)
	l.readThrough(d.addr)
	after := l.fullSpeed(before)
	t.Logf("a member %v after its start; longest pause of writes meanwhile %v; %d writes a second before, %d with it", ms(took), ms(longest), before, after)
	assert.T(t, longest < maxPause, longest)
	nodes = append(nodes, d)
	survivorsKnow(t, l, nodes)
	verify(t, l, r, nodes...)
}
