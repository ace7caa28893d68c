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
	text := page(options{rounds: 1, round: time.Second}, "here", s, d, new(sessions), kept())
	assert.Equal(t, 2, strings.Count(text, "**missed**"))
	assert.Equal(t, 5, strings.Count(text, "| met |"))
	assert.T(t, strings.Contains(text, "| at least 0.25 | 0.20 | **missed** |"))
	assert.T(t, strings.Contains(text, "| at most 1.5 | 3.00 | **missed** |"))
	assert.T(t, strings.Contains(text, "gaps | at most 0 | 0 | met |"))
	assert.T(t, strings.Contains(text, "| at most 1 | 0.25 | met |"))
	assert.T(t, strings.Contains(text, "| at least 200,000 | 250,000 | met |"))
}

// kept is a backup that kept up, and restores in time.
func kept() *backup {
	h := follow{lag: lag{revs: 5000, time: 250 * time.Millisecond}, after: time.Millisecond, changes: 100, cpu: time.Millisecond}
	return &backup{
		follows: &follows{
			options: options{rounds: 1, round: time.Second},
			alone:   []sample{{rate: 1000}}, beside: []sample{{rate: 800}}, how: []follow{h},
		},
		first: &first{took: time.Second},
		restores: []*restore{
			{records: 1_000_000, paths: 1_000_000, times: []time.Duration{9 * time.Second, 4 * time.Second, 3 * time.Second}},
			{records: 1_000_000, paths: 1_000, times: []time.Duration{time.Second}},
		},
	}
}

func TestPageOfBackup(t *testing.T) {
	k := kept()
	k.first.gaps = 1
	k.follows.how[0].gaps = 1
	var b strings.Builder
	backups(&b, k)
	for _, line := range []string{
		"| SETs a second with it | 800 |", "| their ratio | 0.80 |", "| revisions that it was behind | 5,000 |",
		"| milliseconds that it was behind | 250 |", "until all was durable | 1.0 |",
		"in microseconds | 10.0 |", "| 1,000,000 | 1,000,000 | 4.0 | 250,000 |", "1.0 seconds after its start",
	} {
		assert.T(t, strings.Contains(b.String(), line), line, b.String())
	}
	assert.Equal(t, 2, k.gaps())
}
