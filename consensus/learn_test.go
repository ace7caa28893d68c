package consensus

import (
	"testing"

	"github.com/bmizerany/assert"
)

// TestAllLearnAsSoonAsTheyAreTold: whichever member writes, and in whatever order the votes and skips of the others come in, each in
// a turn of its own, the LEARN that follows leaves nobody waiting for a heartbeat.
func TestAllLearnAsSoonAsTheyAreTold(t *testing.T) {
	for _, writer := range []int{0, 1, 2} {
		for _, first := range []int{1, 2} {
			c := newCluster(t, 64, "a", "b", "c")
			a, b, d := c.ids[writer], c.ids[(writer+first)%3], c.ids[(writer+3-first)%3]
			for key := uint64(1); key <= 5; key++ {
				c.propose(a, key)
				for _, id := range []ID{a, b, a, d, a} {
					c.drive(id) // who was told takes it in at once
				}
				s := c.mustEnd(a, key, OK).Seqn
				c.drive(b)
				c.drive(d)
				assert.T(t, c.ms[b].applied >= s && c.ms[d].applied >= s, key, c.ms[b].applied, c.ms[d].applied, s)
				c.run()
			}
		}
	}
}
