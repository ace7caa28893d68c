package main

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

func TestKinds(t *testing.T) {
	t.Parallel()
	all, err := parseKinds("")
	assert.Equal(t, nil, err)
	assert.Equal(t, int(kinds), len(all))
	some, err := parseKinds("shy,kill")
	assert.Equal(t, nil, err)
	assert.Equal(t, []kind{kill, shy}, some)
	for _, wrong := range []string{"kil", "kill,", "kill,kill", "kill,flood"} {
		_, err = parseKinds(wrong)
		assert.NotEqual(t, nil, err, wrong)
	}
	m := &campaign{opt: new(options), c: &cluster{net: loopback{}}}
	some, err = m.kinds()
	assert.Equal(t, nil, err)
	assert.Equal(t, []kind{kill, nap, sleep}, some)
	m.opt.faults = "pair"
	_, err = m.kinds()
	assert.Equal(t, errNoCuts, err)
}

// A seed says all about a schedule; every kind of fault comes in a long one, none after its
// end; a deadly one begins when all before have passed.
func TestSchedule(t *testing.T) {
	t.Parallel()
	all, _ := parseKinds("")
	const whole, timeout = 10 * time.Minute, 2 * time.Second
	draw := func(seed uint64) []fault {
		return schedule(rand.New(rand.NewPCG(seed, 0)), all, 5, whole, timeout)
	}
	assert.T(t, reflect.DeepEqual(draw(1), draw(1)))
	assert.T(t, !reflect.DeepEqual(draw(1), draw(2)))
	overlaps := 0
	for seed := range uint64(20) {
		var ends time.Duration
		count := make(map[kind]int)
		for _, f := range draw(seed) {
			count[f.kind]++
			assert.T(t, f.from+f.lasts <= whole, f)
			assert.T(t, f.at != f.to && f.to < 5 && f.at < 5, f)
			assert.T(t, !f.kind.deadly() || f.from >= ends+settle, f)
			if f.from < ends {
				overlaps++
			}
			ends = max(ends, f.from+f.lasts)
		}
		assert.Equal(t, len(all), len(count))
	}
	assert.T(t, overlaps > 200, overlaps)
}

// Every turn comes in time, and no end before its beginning.
func TestTurns(t *testing.T) {
	t.Parallel()
	list := turns([]fault{{from: 1, lasts: 5}, {from: 2, lasts: 2}, {from: 4, lasts: 0}})
	want := []turn{{1, 0, false}, {2, 1, false}, {4, 1, true}, {4, 2, false}, {4, 2, true}, {6, 0, true}}
	assert.Equal(t, want, list)
}

// A node is killed only if that cannot cost a majority.
func TestMayDie(t *testing.T) {
	t.Parallel()
	slots := func(ids string) (list []member) {
		for _, id := range ids {
			m := member{id: string(id), writable: id < 'a'}
			if id == '-' {
				m = member{}
			}
			list = append(list, m)
		}
		return list
	}
	all := map[string]bool{"A": true, "B": true, "C": true, "D": true, "E": true, "n": true, "m": true}
	for _, c := range []struct {
		slots   string
		unsound string
		victim  string
		may     bool
	}{
		{"ABC", "", "A", true},
		{"ABC", "", "X", true}, // a spare
		{"ABC", "", "", false}, // nobody
		{"ABC", "A", "A", true},
		{"ABC", "B", "A", false}, // B may be removed, and then one of two is left
		{"AB-", "", "A", false},
		{"ABX", "", "A", false}, // X is dead
		{"ABn", "", "A", false}, // whom n replaced still counts
		{"ABCDE", "", "A", true},
		{"ABCDE", "BC", "A", true},
		{"ABCDE", "BCD", "A", false},
		{"ABCDX", "", "A", true},
		{"ABCXY", "", "A", false},
		{"ABCDX", "B", "A", false},
		{"ABCnm", "", "A", false},
	} {
		sound := make(map[string]bool)
		for id := range all {
			sound[id] = true
		}
		for _, id := range c.unsound {
			sound[string(id)] = false
		}
		assert.Equal(t, c.may, mayDie(slots(c.slots), sound, c.victim), c)
	}
}
