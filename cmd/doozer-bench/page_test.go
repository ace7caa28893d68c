package main

import (
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

func TestCount(t *testing.T) {
	for n, exp := range map[int]string{0: "0", 999: "999", 1000: "1,000", 12345: "12,300", 99999: "100,000", 1234567: "1,230,000"} {
		assert.Equal(t, exp, count(n))
	}
}

// measured is a suite in which everything is at the echo's rate, but what
// the caller changes.
func measured(change func(*suite)) *suite {
	o := options{rounds: 1, round: time.Second}
	s := newSuite(o, nil, &server{}, &server{}, &server{})
	for _, c := range s.cells() {
		for l := range levels {
			c.levels[l] = []sample{{rate: 1000, mean: 1000, p50: 1000, p99: 5000}}
		}
	}
	change(s)
	return s
}

func TestPageJudgesGoals(t *testing.T) {
	d := &dirSizes{
		small: directory{files: 1000, samples: []sample{{rate: 30}}},
		large: directory{files: 100000, samples: []sample{{rate: 10}}},
	}
	s := measured(func(s *suite) { s.set3.levels[goalLevel][0].rate = 200 })
	text := page(options{rounds: 1, round: time.Second}, "here", s, d)
	assert.Equal(t, 2, strings.Count(text, "**missed**"))
	assert.Equal(t, 2, strings.Count(text, "| met |"))
	assert.T(t, strings.Contains(text, "| 0.20 | **missed** |"))
	assert.T(t, strings.Contains(text, "| 3.00 | **missed** |"))
}
