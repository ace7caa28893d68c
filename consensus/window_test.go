package consensus

import (
	"math/rand/v2"
	"testing"

	"github.com/bmizerany/assert"
)

// TestWindowIsAMap holds the window against a map of the seqns that were touched: pages come and
// go beneath, and are used again.
func TestWindowIsAMap(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		alpha := 4 + r.Int64N(4*pageSize)
		lo := r.Int64N(1000)
		w, twin := newWindow(lo, alpha), map[int64]int64{}
		for range 400 {
			for range r.IntN(50) {
				s := w.lo + r.Int64N(w.hi-w.lo+1)
				assert.Equal(t, twin[s], w.at(s).sent)
				w.at(s).sent = s
				twin[s] = s
			}
			w.advance(w.lo + r.Int64N([]int64{1, 3, alpha, 5 * alpha}[r.IntN(4)]))
			for s := range twin {
				if s < w.lo {
					delete(twin, s)
				}
			}
			assert.T(t, w.hi == w.lo+alpha-1)
			for s := w.lo; s <= w.hi; s++ {
				assert.Equal(t, twin[s], w.at(s).sent)
			}
			assert.T(t, len(w.spare) <= maxSpare)
		}
	}
}
