package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// A node attaches long after the first changes were forgotten, and becomes
// a member like any other.
func TestAttachAfterTrim(t *testing.T) {
	t.Parallel()
	a := startNode(t, "A", "-hist", "500")
	first := set(t, a.c, "/first", client.Missing, "still here")
	from := set(t, a.c, "/begin", client.Missing, "")
	r := record(t, from+1, a.addr)
	l := newLoad(t, 0)
	l.through(a.addr, 16)
	eventually(t, "much was written", func() error {
		l.mu.Lock()
		defer l.mu.Unlock()
		if len(l.acked) < 5000 {
			return fmt.Errorf("%d writes", len(l.acked))
		}
		return nil
	})
	l.end()
	_, _, err := a.c.Get(timed(t), "/first", client.At(first))
	fails(t, client.ErrTooLate, err)
	b := startNode(t, "B", "-a", a.addr, "-hist", "500")
	c := startNode(t, "C", "-a", b.addr, "-hist", "500") // by way of a follower
	for i, n := range []*node{b, c} {
		got, rev := get(t, n.c, "/first")
		assert.Equal(t, "still here", got)
		assert.Equal(t, first, rev)
		set(t, n.c, fmt.Sprintf("/ctl/cal/%d", i+1), client.Missing, "")
	}
	joined(t, a.c, b)
	joined(t, a.c, c)
	verify(t, l, r, a, b, c)
	a.kill() // the two that came later go on without it
	set(t, b.c, "/last", client.Missing, "")
	_, rev := get(t, c.c, "/last")
	assert.NotEqual(t, int64(client.Missing), rev)
}

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
