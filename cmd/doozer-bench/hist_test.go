package main

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

func TestHistAgainstSortedDurations(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	h, other := newHist(), newHist()
	var all []time.Duration
	for i := range 10000 {
		d := time.Duration(r.Int64N(1 << r.IntN(39))) // of every size
		all = append(all, d)
		if i%3 == 0 {
			other.add(d)
			continue
		}
		h.add(d)
	}
	h.merge(other)
	slices.Sort(all)
	assert.Equal(t, len(all), h.count())
	for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.99, 0.9999} {
		exp, act := all[int(q*float64(len(all)))], h.quantile(q)
		if off := max(exp, act) - min(exp, act); off > exp/100 {
			t.Errorf("quantile %v: %v, want %v", q, act, exp)
		}
	}
}

func TestHistEdges(t *testing.T) {
	h := newHist()
	assert.Equal(t, time.Duration(0), h.quantile(0.5))
	assert.Equal(t, time.Duration(0), h.mean())
	h.add(-1)
	h.add(1<<63 - 1)
	assert.Equal(t, time.Duration(0), h.quantile(0))
	assert.Equal(t, 2, h.count())
}

func TestHistMean(t *testing.T) {
	h := newHist()
	h.add(time.Microsecond)
	h.add(3 * time.Microsecond)
	off := h.mean() - 2*time.Microsecond
	assert.T(t, max(off, -off) <= 20*time.Nanosecond, h.mean())
}

func TestMedian(t *testing.T) {
	assert.Equal(t, 0.0, median(nil))
	assert.Equal(t, 7.0, median([]float64{7}))
	assert.Equal(t, 2.0, median([]float64{9, 1, 2}))
	assert.Equal(t, 2.5, median([]float64{3, 9, 2, 1}))
}

func TestMiddleRatioPairsRounds(t *testing.T) {
	over := []sample{{rate: 10}, {rate: 100}, {rate: 30}}
	under := []sample{{rate: 20}, {rate: 400}, {rate: 30}}
	assert.Equal(t, 0.5, middleRatio(over, under, rate))
	assert.Equal(t, 30.0, middle(over, rate))
}
