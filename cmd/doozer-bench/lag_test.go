package main

import (
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// looks plays looks at a cluster and the tool, one a millisecond.
func looks(of ...[2]int64) (l lag) {
	begun := time.Now()
	for i, at := range of {
		now := begun.Add(time.Duration(i) * time.Millisecond)
		l.cluster(mark{at[0], now})
		l.durable(at[1], now)
	}
	return l
}

func TestLag(t *testing.T) {
	for name, test := range map[string]struct {
		of   [][2]int64 // revision of the cluster, and durable
		revs int64
		time time.Duration
	}{
		"never behind":         {[][2]int64{{1, 1}, {5, 5}, {5, 5}, {9, 9}}, 0, 0},
		"ahead of the look":    {[][2]int64{{1, 2}, {5, 7}, {6, 9}}, 0, 0},
		"a little":             {[][2]int64{{10, 4}, {20, 12}, {30, 29}}, 8, time.Millisecond},
		"stopped for a while":  {[][2]int64{{10, 10}, {20, 10}, {30, 10}, {40, 10}, {40, 40}}, 30, 3 * time.Millisecond},
		"stopped at the end":   {[][2]int64{{10, 10}, {20, 10}, {30, 10}, {40, 10}}, 30, 2 * time.Millisecond},
		"behind without pause": {[][2]int64{{10, 0}, {20, 10}, {30, 20}, {40, 30}}, 10, time.Millisecond},
		"after an idle time":   {[][2]int64{{10, 10}, {10, 10}, {10, 10}, {11, 10}, {11, 11}}, 1, time.Millisecond},
	} {
		l := looks(test.of...)
		assert.Equal(t, test.revs, l.revs, name)
		assert.Equal(t, test.time, l.time, name)
		assert.T(t, len(l.marks) <= 5, name)
	}
}
