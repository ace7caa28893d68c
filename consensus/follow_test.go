package consensus

import (
	"fmt"
	"testing"

	"github.com/bmizerany/assert"
)

// TestFollowersSpread: what followers cost is not one member's alone.
func TestFollowersSpread(t *testing.T) {
	c := newCluster(t, 64, "a", "b", "c")
	const followers = 60
	sources := map[ID]int{}
	for i := range followers {
		f, err := New(Config{Self: fmt.Sprintf("f%02d", i), Alpha: 64, Seed: uint64(i)}, State{Configs: c.ms["a"].Configs()})
		assert.Equal(t, nil, err)
		for _, id := range []ID{"a", "b", "c"} {
			f.LinkUp(c.now, id)
		}
		f.Tick(c.now)
		sources[f.source.id]++
	}
	for id, n := range sources {
		assert.T(t, n > followers/6 && n < followers/2, id, n)
	}
	assert.Equal(t, 3, len(sources))
}
