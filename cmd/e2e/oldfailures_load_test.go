package e2e

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/consensus"
)

// proposers are clients, each with a connection of its own, that all increment one counter
// by compare-and-set, as fast as they can.
type proposers struct {
	t     *testing.T
	until time.Time
	wg    sync.WaitGroup
	done  atomic.Int64 // increments
	tried atomic.Int64 // writes that were answered, the increments among them
}

const (
	counter         = "/load/counter"
	leastIncrements = 50 // in a second, however many contend; some hundreds on an idle machine
)

func (p *proposers) run(c *client.Client) {
	for time.Now().Before(p.until) {
		value, rev, err := c.Get(p.t.Context(), counter)
		assert.Equal(p.t, nil, err)
		n, _ := strconv.ParseInt(string(value), 10, 64)
		_, err = c.Set(p.t.Context(), counter, rev, strconv.AppendInt(nil, n+1, 10))
		switch {
		case err == nil:
			p.done.Add(1)
		case !errors.Is(err, client.ErrRevMismatch):
			p.t.Errorf("%s: %v", c.Addr(), err)
			return
		}
		p.tried.Add(1)
	}
}

// contend has so many proposers write by way of all nodes, and returns how many
// increments there were, and how many writes in all.
func contend(t *testing.T, nodes []*node, n int, span time.Duration) (done, tried int64) {
	var clients []*client.Client
	for i := range n {
		clients = append(clients, dial(t, nodes[i%len(nodes)].addr))
	}
	p := &proposers{t: t, until: time.Now().Add(span)}
	for _, c := range clients {
		p.wg.Go(func() { p.run(c) })
	}
	p.wg.Wait()
	return p.done.Load(), p.tried.Load()
}

// 200 concurrent proposers never spin: they get more done than a few, none of it is lost, and once they
// are done the nodes rest. It runs alone.
func TestManyProposersNeverSpin(t *testing.T) {
	nodes := startCluster(t, 3, "-pulse", "0.5")
	const span = time.Second
	few, triedByFew := contend(t, nodes, 6, span)
	many, triedByMany := contend(t, nodes, 200, span)
	t.Logf("6 proposers: %d increments, %d writes a second; 200: %d and %d", few, triedByFew, many, triedByMany)
	assert.T(t, triedByMany > triedByFew/2, triedByMany)
	assert.T(t, many > leastIncrements, many) // of those that read the same, one wins
	for _, n := range nodes {
		got, _ := get(t, n.c, counter)
		assert.Equal(t, strconv.FormatInt(few+many, 10), got)
	}
	settle(t, nodes[0].c)
	rest(t, nodes, 1500*time.Millisecond)
}

// rest checks that for a while nodes use next to no processor time and no more memory, and
// log nothing.
func rest(t *testing.T, nodes []*node, span time.Duration) {
	t.Helper()
	var cpu []time.Duration
	var lines, mem []int
	for _, n := range nodes {
		cpu = append(cpu, cpuTime(t, n.process))
		mem = append(mem, memory(t, n.process))
		lines = append(lines, n.stderr.lines())
	}
	pause(span)
	for i, n := range nodes {
		used, grown := cpuTime(t, n.process)-cpu[i], memory(t, n.process)-mem[i]
		t.Logf("%s used %.1f %% of a processor; memory %d MiB, %+d", n.name, 100*used.Seconds()/span.Seconds(), mem[i], grown)
		assert.T(t, used < span/10, used)
		assert.T(t, grown < restGrowth, grown)
		assert.Equal(t, lines[i], n.stderr.lines())
	}
}

// restGrowth bounds, in MiB, what nodes that rest may seem to grow, for the garbage collector's sake.
const restGrowth = 8

// Three nodes without load use next to no processor time and no more memory, log nothing,
// and agree on nothing but their pulse. It runs alone.
func TestIdleClusterRests(t *testing.T) {
	nodes := startCluster(t, 3, "-pulse", "0.5")
	settle(t, nodes[0].c)
	first, err := nodes[0].c.Rev(timed(t))
	assert.Equal(t, nil, err)
	r := record(t, first+1, nodes[1].addr)
	rest(t, nodes, 3*time.Second)
	last, err := nodes[0].c.Rev(timed(t))
	assert.Equal(t, nil, err)
	changes, jumps, spent := 0, 0, int64(0)
	at := first
	for _, ev := range r.upTo(last) {
		changes++
		assert.T(t, isPulse(ev), ev.Path)
		if step := ev.Rev - at; step > aheadOfUse/2 {
			jumps++
		} else {
			spent += step
		}
		at = ev.Rev
	}
	t.Logf("%d pulses used up %d revisions, %d times somebody was taken for dead", changes, spent, jumps)
	assert.T(t, changes >= 9 && changes <= 24, changes)
	assert.T(t, spent <= int64(6*changes), "more than the pulse and its skips")
	assert.T(t, jumps <= changes/3, jumps) // on a busy machine it happens
}

// aheadOfUse is how many seqns are filled ahead at once when a member is taken for
// dead, as happens when the machine does not let it run for 70 ms.
const aheadOfUse = consensus.DefaultAlpha / 2

func isPulse(ev client.Event) bool { return strings.HasSuffix(ev.Path, "/applied") }

// settle waits until nothing but the pulse happened for a while.
func settle(t *testing.T, c *client.Client) {
	t.Helper()
	w, err := c.Watch(timed(t), "/ctl/**", 0)
	assert.Equal(t, nil, err)
	defer w.Close()
	for quiet := 0; quiet < 6; quiet++ {
		ev, err := w.Next()
		assert.Equal(t, nil, err)
		if !isPulse(ev) {
			quiet = 0
		}
	}
}
