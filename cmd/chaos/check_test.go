package main

import (
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/bmizerany/assert"
)

// The operations of the tests: called at one time, returned at another.

func gets(call, returns int64, value string, at int64) op {
	return op{verb: get, path: "/f", call: call, returns: returns, value: value, at: at}
}

func sets(call, returns int64, value string, at int64) op {
	return op{verb: set, path: "/f", rev: -1, call: call, returns: returns, value: value, at: at}
}

func compares(call, returns int64, rev int64, value string, at int64) op {
	return op{verb: cas, path: "/f", rev: rev, call: call, returns: returns, value: value, at: at}
}

func deletes(call, returns int64) op {
	return op{verb: del, path: "/f", rev: -1, call: call, returns: returns}
}

func became(o op, out outcome) op {
	o.out, o.at = out, 0
	if out == unknown {
		o.returns = never
	}
	return o
}

func TestLinearizable(t *testing.T) {
	t.Parallel()
	maybe := became(sets(10, 0, "b", 0), unknown)
	for name, c := range map[string]struct {
		ok  bool
		ops []op
	}{
		"in order":      {true, []op{gets(1, 2, "", 0), sets(3, 4, "a", 5), gets(5, 6, "a", 5), deletes(7, 8), gets(9, 10, "", 0)}},
		"at once":       {true, []op{sets(1, 10, "a", 5), gets(2, 3, "a", 5), gets(1, 9, "", 0)}},
		"lost write":    {false, []op{sets(1, 2, "a", 5), gets(3, 4, "", 0)}},
		"stale read":    {false, []op{sets(1, 2, "a", 5), sets(3, 4, "b", 6), gets(5, 6, "a", 5)}},
		"back in time":  {false, []op{sets(1, 2, "a", 5), sets(3, 20, "b", 6), gets(5, 6, "b", 6), gets(7, 8, "a", 5)}},
		"wrong value":   {false, []op{sets(1, 2, "a", 5), gets(3, 4, "x", 5)}},
		"wrong rev":     {false, []op{sets(1, 2, "a", 5), gets(3, 4, "a", 6)}},
		"undone del":    {false, []op{sets(1, 2, "a", 5), deletes(3, 4), gets(5, 6, "a", 5)}},
		"rev goes down": {false, []op{sets(1, 2, "a", 5), sets(3, 4, "b", 4)}},

		"cas":                {true, []op{sets(1, 2, "a", 5), compares(3, 4, 5, "b", 6), gets(5, 6, "b", 6)}},
		"cas of older":       {false, []op{sets(1, 2, "a", 5), compares(3, 4, 4, "b", 6)}},
		"cas of none":        {true, []op{compares(1, 2, 0, "a", 5)}},
		"both cas":           {false, []op{compares(1, 9, 0, "a", 5), compares(1, 9, 0, "b", 6)}},
		"refused rightly":    {true, []op{sets(1, 2, "a", 5), became(compares(3, 4, 4, "b", 0), refused)}},
		"refused wrongly":    {false, []op{sets(1, 2, "a", 5), became(compares(3, 4, 5, "b", 0), refused)}},
		"refused, not there": {false, []op{became(compares(3, 4, 0, "b", 0), refused)}},

		"maybe seen":         {true, []op{sets(1, 2, "a", 5), maybe, gets(30, 31, "b", 9), gets(40, 41, "b", 9)}},
		"maybe not seen":     {true, []op{sets(1, 2, "a", 5), maybe, gets(30, 31, "a", 5)}},
		"maybe seen late":    {true, []op{sets(1, 2, "a", 5), maybe, gets(30, 31, "a", 5), gets(40, 41, "b", 9)}},
		"maybe seen before":  {false, []op{gets(1, 2, "b", 9), maybe}},
		"maybe two revs":     {false, []op{maybe, gets(30, 31, "b", 9), gets(40, 41, "b", 10)}},
		"maybe gone again":   {false, []op{sets(1, 2, "a", 5), maybe, gets(30, 31, "b", 9), gets(40, 41, "a", 5)}},
		"maybe too low":      {false, []op{sets(1, 2, "a", 5), maybe, gets(30, 31, "b", 4)}},
		"maybe refuses":      {true, []op{sets(1, 2, "a", 5), maybe, became(compares(30, 31, 5, "c", 0), refused)}},
		"nothing refuses":    {false, []op{sets(1, 2, "a", 5), became(compares(30, 31, 5, "c", 0), refused)}},
		"maybe deleted":      {true, []op{sets(1, 2, "a", 5), became(deletes(3, 4), unknown), gets(30, 31, "", 0)}},
		"maybe del, no more": {false, []op{sets(1, 2, "a", 5), became(deletes(3, 4), unknown), gets(30, 31, "", 0), gets(32, 33, "a", 5)}},
		"maybe cas":          {true, []op{sets(1, 2, "a", 5), became(compares(3, 4, 5, "b", 0), unknown), gets(30, 31, "b", 7)}},
		"maybe cas, too old": {false, []op{sets(1, 2, "a", 5), became(compares(3, 4, 4, "b", 0), unknown), gets(30, 31, "b", 7)}},
	} {
		v := checkFile("/f", c.ops, 10*time.Second)
		want := porcupine.Illegal
		if c.ok {
			want = porcupine.Ok
		}
		assert.Equal(t, want, v.result, name)
	}
}

// Only the file that is wrong is found, among others that are not.
func TestWrongFileIsFound(t *testing.T) {
	t.Parallel()
	var ops []op
	for i, path := range []string{"/a", "/b", "/c"} {
		w, r := sets(1, 2, "v", 5), gets(3, 4, "v", 5)
		if i == 1 {
			r.value, r.at = "", 0
		}
		w.path, r.path = path, path
		ops = append(ops, w, r)
	}
	bad := checkFiles(ops, time.Second)
	assert.Equal(t, 1, len(bad))
	assert.Equal(t, "/b", bad[0].path)
}

// A file is given up before its history grows long.
func TestKeyring(t *testing.T) {
	t.Parallel()
	k := newKeyring(2)
	count := make(map[string]int)
	for range 5 * maxOps {
		count[k.take(3)]++
	}
	assert.Equal(t, 5, len(count))
	first := k.take(0)
	for range maxUnknown {
		assert.Equal(t, first, k.take(0))
		k.spoil(0)
	}
	assert.NotEqual(t, first, k.take(0))
}
