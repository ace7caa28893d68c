package consensus

import (
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// idle lets time go by with ticks when they are due only, up to late afterwards, and not at all nodes at the same
// time; check looks every millisecond. It returns how many ticks there were.
func (c *cluster) idle(d time.Duration, late int64, check func()) (ticks int) {
	for i, id := range c.ids {
		c.pass(5 * time.Millisecond)
		c.ms[id].beatAt = c.now - int64(i)*ms // out of step
		c.ms[id].Tick(c.now)
	}
	for end := c.now + int64(d); c.now < end; {
		c.now += ms
		for i, id := range c.ids {
			if m := c.ms[id]; !c.dead[id] && c.now >= m.Due()+late*int64(i)/int64(len(c.ids)) {
				m.Tick(c.now)
				ticks++
			}
		}
		c.run()
		check()
	}
	return ticks
}

// TestIdleClusterKeepsLeases: no more ticks than heartbeats, and no more packets; all may read all the time.
func TestIdleClusterKeepsLeases(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	c.propose("a", 1)
	c.run()
	packets := map[[2]ID]int64{}
	n := 0
	c.drop = func(from, to ID, _ *Message) bool {
		if way := [2]ID{from, to}; packets[way] != c.now {
			packets[way] = c.now
			n++
		}
		return false
	}
	ticks := c.idle(2*time.Second, 4, func() {
		for _, id := range c.ids {
			assert.T(t, c.mayRead(id), id)
		}
	})
	beats := int(3 * 2 * time.Second / (DefaultFill / 4))
	assert.T(t, ticks <= beats && ticks >= beats/2, ticks, beats)
	assert.T(t, n <= 2*beats+50, n, beats)
}

// TestIdleClusterSeesWhoIsSilent: rare ticks are no reason to forgive anybody anything, least of all where no input comes
// between them, as at one of two; and to write takes no longer.
func TestIdleClusterSeesWhoIsSilent(t *testing.T) {
	for _, ids := range [][]ID{{"a", "z"}, {"a", "b", "z"}} {
		c := newCluster(t, 64, ids...)
		c.idle(time.Second, 0, func() {})
		c.dead["z"] = true // its links stand
		c.idle(DefaultFill*3/2, 0, func() {})
		for _, id := range ids[:len(ids)-1] {
			assert.T(t, !c.ms[id].hearing(c.ms[id].node("z")), ids, id)
		}
		if len(ids) > 2 {
			c.propose("a", 1)
			c.run()
			c.pass(DefaultFill / 4)
			c.mustEnd("a", 1, OK)
		}
	}
}
