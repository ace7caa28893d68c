package consensus

import (
	"math/rand/v2"
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

// TestNopsThatAreToldAreNops: in whatever order members write and hear, nobody is told that a seqn was learned
// as nop at which there is a mutation, whether the sender has applied it or not.
func TestNopsThatAreToldAreNops(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		c := newCluster(t, 64, "a", "b", "c")
		nops := map[int64]Kind{}
		c.drop = func(from, _ ID, msg *Message) bool {
			if msg.Kind == Learn && msg.Flag || msg.Kind == Value && msg.Value == nil {
				for s := msg.Lo; s < msg.Hi; s++ {
					if msg.Kind == Value || c.ids[s%3] != from {
						nops[s] = msg.Kind
					}
				}
			}
			return false
		}
		for key := range uint64(30) {
			c.propose(c.ids[r.IntN(3)], key)
			for range r.IntN(5) {
				c.drive(c.ids[r.IntN(3)])
			}
		}
		c.run()
		assert.Equal(t, 30, len(c.logs["a"]), seed)
		for _, e := range c.logs["a"] {
			assert.Equal(t, Kind(0), nops[e.Seqn], seed, e.Seqn)
		}
	}
}
