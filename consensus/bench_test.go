package consensus

import (
	"fmt"
	"testing"
)

// BenchmarkCommit is the cost of a mutation in the machines of all members
// together: what consensus costs beside network and store.
func BenchmarkCommit(b *testing.B) {
	for _, n := range []int{1, 3, 5} {
		for _, batch := range []int{1, 64} {
			b.Run(fmt.Sprintf("n=%d/batch=%d", n, batch), func(b *testing.B) {
				b.ReportAllocs()
				c := newCluster(nil, DefaultAlpha, []ID{"a", "b", "c", "d", "e"}[:n]...)
				c.discard = true
				value := make([]byte, 64)
				for i := range b.N {
					c.ms[c.ids[(i/batch)%n]].Propose(c.now, uint64(i), value)
					if i%batch == batch-1 {
						c.run()
					}
				}
			})
		}
	}
}
