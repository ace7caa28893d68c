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

// suiteOf is a suite in which everything is at the echo's rate, but what
// the caller changes.
func suiteOf(o options, change func(*suite)) *suite {
	s := newSuite(&bench{options: o}, &server{}, &server{}, &server{})
	for _, c := range s.cells() {
		for l := range levels {
			c.levels[l] = []sample{{rate: 1000, mean: 1000, p50: 1000, p99: 5000, cpu: 2000}}
		}
	}
	change(s)
	return s
}

func TestPageJudgesGoals(t *testing.T) {
	o := options{rounds: 1, round: time.Second, command: "./bin/doozer-bench -only set"}
	s := suiteOf(o, func(s *suite) { s.set3.levels[goalLevel][0].rate = 200 })
	z := newSizes()
	for _, t := range z.all() {
		t.sets, t.gets = []sample{{rate: 30}, {rate: 30}}, []sample{{rate: 30}, {rate: 30}}
	}
	z.flat.sets = []sample{{rate: 10}, {rate: 15}}
	text := page(o, "here", []part{s, z, &idle{nodes: []float64{0.5, 1.25, 0.75}}, kept()})
	for _, line := range []string{
		"    ./bin/doozer-bench -only set\n",
		"| SETs to echoes, 256 outstanding | at least 0.5 | 0.20 | **missed** |",
		"| GETs to echoes, 256 outstanding | at least 0.8 | 1.00 | met |",
		"| GETs to etcd's, 64 and 256 outstanding | at least 15 and 25 | - | needs make bench-peers |",
		"in one directory: time of a SET, to that with 1,000 | at most 1.5 | 2.50 (2.00 to 3.00) | **missed** |",
		"in % of a core | at most 1 | 0.75 (0.50 to 1.25) | **missed** |",
		"gaps | at most 0 | 0 | met |",
		"| at most 1 | 0.25 | met |",
		"| at least 200,000 | 250,000 | met |",
	} {
		assert.T(t, strings.Contains(text, line), line, text)
	}
	assert.Equal(t, 3, strings.Count(text, "**missed**"))
}

func TestPageOfSetsAlone(t *testing.T) {
	o := options{rounds: 1, round: time.Second, only: only{"set"}}
	text := page(o, "here", []part{suiteOf(o, func(*suite) {})})
	assert.T(t, strings.Contains(text, "| outstanding | connections | echo | SET, one node | SET, three nodes |"), text)
	assert.T(t, !strings.Contains(text, "GETs to echoes"), text)
}

func TestOnly(t *testing.T) {
	var o only
	assert.T(t, o.wants("watch"))
	assert.Equal(t, nil, o.Set("set,watch"))
	assert.T(t, o.wants("set", "get") && o.wants("watch") && !o.wants("get") && !o.wants("idle"))
	assert.NotEqual(t, nil, o.Set("set,nothing"))
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
	k.write(&b)
	for _, line := range []string{
		"| SETs a second with it | 800 |", "| their ratio | 0.80 |", "| revisions that it was behind | 5,000 |",
		"| milliseconds that it was behind | 250 |", "until all was durable | 1.0 |",
		"in microseconds | 10.0 |", "| 1,000,000 | 1,000,000 | 4.0 | 250,000 |", "1.0 seconds after its start",
	} {
		assert.T(t, strings.Contains(b.String(), line), line, b.String())
	}
	assert.Equal(t, 2, k.gaps())
}
