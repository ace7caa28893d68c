package main

import (
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

func TestLongest(t *testing.T) {
	t.Parallel()
	times := []int64{1, 10, 12, 30, 31, 60}
	for _, c := range []struct {
		from, to int64
		want     gap
	}{
		{0, 70, gap{31, 60}},
		{0, 40, gap{12, 30}},
		{11, 13, gap{11, 12}},
		{12, 29, gap{12, 29}}, // none ends it
		{40, 50, gap{40, 50}}, // none at all
		{70, 99, gap{70, 99}},
		{5, 5, gap{5, 5}},
	} {
		assert.Equal(t, c.want, longest(times, c.from, c.to), c)
	}
}

// Only what was done counts as acknowledged.
func TestAcknowledged(t *testing.T) {
	t.Parallel()
	ops := []op{sets(1, 9, "a", 5), gets(2, 4, "a", 5), became(sets(1, 0, "b", 0), unknown), became(compares(1, 3, 0, "c", 0), refused), deletes(1, 2)}
	assert.Equal(t, []int64{2, 9}, acknowledged(ops, true))
	assert.Equal(t, []int64{4}, acknowledged(ops, false))
}

// A pause is put down to a fault only if no other could be felt then, and
// the cluster was whole.
func TestAlone(t *testing.T) {
	t.Parallel()
	const sec = int64(time.Second)
	at := func(k kind, begun, ended int64, whole bool) window {
		return window{fault: fault{kind: k}, begun: begun * sec, ended: ended * sec, alone: whole}
	}
	windows := []window{at(nap, 0, 10, true), at(nap, 20, 30, true), at(pair, 30, 40, true), at(nap, 50, 60, true), at(nap, 70, 80, false)}
	mark(windows)
	var alone []bool
	for _, w := range windows {
		alone = append(alone, w.alone)
	}
	assert.Equal(t, []bool{true, false, false, true, false}, alone)
	var writes []int64
	for _, at := range []int64{1, 2, 9, 22, 44, 46, 50, 55, 70, 80} {
		writes = append(writes, at*sec)
	}
	times, single, w, r := pauses(nap, windows, writes, nil, 60*sec)
	assert.Equal(t, 4, times)
	assert.Equal(t, 2, single)
	assert.Equal(t, 7*time.Second, w)
	assert.Equal(t, 10*time.Second+after, r)
}
