package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/consensus"
)

// Three nodes without load use next to no processor time, log nothing, and agree
// on nothing but their pulse. It runs alone.
func TestIdle(t *testing.T) {
	nodes := startCluster(t, 3, "-pulse", "0.5")
	settle(t, nodes[0].c)
	const span = 3 * time.Second
	var cpu []time.Duration
	var lines []int
	for _, n := range nodes {
		cpu = append(cpu, cpuTime(t, n.process))
		lines = append(lines, n.stderr.lines())
	}
	first, err := nodes[0].c.Rev(timed(t))
	assert.Equal(t, nil, err)
	r := record(t, first+1, nodes[1].addr)
	pause(span)
	last, err := nodes[0].c.Rev(timed(t))
	assert.Equal(t, nil, err)
	for i, n := range nodes {
		used := cpuTime(t, n.process) - cpu[i]
		t.Logf("%s used %.1f %% of a processor", n.name, 100*used.Seconds()/span.Seconds())
		assert.T(t, used < span/5, used)
		assert.Equal(t, lines[i], n.stderr.lines())
	}
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
