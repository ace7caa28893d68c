package e2e

import (
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// Three nodes without load use next to no processor time, log nothing, and agree
// on nothing but their pulse.
func TestIdle(t *testing.T) {
	t.Parallel()
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
	pulses := 0
	for _, ev := range r.upTo(last) {
		pulses++
		if len(ev.Path) < 8 || ev.Path[len(ev.Path)-8:] != "/applied" {
			t.Errorf("%s changed", ev.Path)
		}
	}
	t.Logf("%d pulses used up %d revisions", pulses, last-first)
	assert.T(t, pulses >= 9 && pulses <= 3*8, pulses)
	assert.T(t, last-first <= int64(6*pulses), "more than the pulse and its skips")
}

// settle waits until nothing but the pulse happened for a while.
func settle(t *testing.T, c *client.Client) {
	t.Helper()
	w, err := c.Watch(timed(t), "/ctl/**", 0)
	assert.Equal(t, nil, err)
	defer w.Close()
	for quiet := 0; quiet < 6; quiet++ {
		ev, err := w.Next()
		assert.Equal(t, nil, err)
		if len(ev.Path) < 8 || ev.Path[len(ev.Path)-8:] != "/applied" {
			quiet = 0
		}
	}
}
