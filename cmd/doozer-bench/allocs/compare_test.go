package main

import (
	"strings"
	"testing"

	"github.com/bmizerany/assert"
)

func one(allocs, bytes float64) table {
	return table{{pkg: "p", name: "X", allocs: allocs, bytes: bytes}}
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name          string
		was, now      table
		worse, better int
	}{
		{"the same", one(3, 100), one(3, 100), 0, 0},
		{"none", one(0, 0), one(0, 0), 0, 0},
		{"one where there was none", one(0, 0), one(1, 8), 1, 0},
		{"two where there was one", one(1, 64), one(2, 80), 1, 0},
		{"not twice as many", one(3, 100), one(5, 199), 0, 0},
		{"twice as many", one(3, 100), one(6, 100), 1, 0},
		{"more than that", one(3, 100), one(60, 100), 1, 0},
		{"twice the bytes in as many pieces", one(3, 100), one(3, 200), 1, 0},
		{"bytes of growth that is shared", one(0, 3), one(0, 67), 0, 0},
		{"too many of them", one(0, 3), one(0, 68), 1, 0},
		{"half", one(6, 100), one(3, 100), 0, 1},
		{"none where there was one", one(1, 100), one(0, 0), 0, 1},
		{"a little better", one(6, 100), one(4, 100), 0, 0},
		{"gone", append(one(1, 1), figures{pkg: "p", name: "Y"}), one(1, 1), 1, 0},
		{"new", one(1, 1), append(one(1, 1), figures{pkg: "p", name: "Y"}), 1, 0},
		{"of another package", one(1, 1), table{{pkg: "q", name: "X", allocs: 1, bytes: 1}}, 2, 0},
	} {
		worse, better := compare(c.was, c.now)
		assert.Equal(t, c.worse, len(worse), c.name, worse)
		assert.Equal(t, c.better, len(better), c.name, better)
	}
}

// What is wrong names the benchmark, what there was, and what there is.
func TestCompareTells(t *testing.T) {
	worse, _ := compare(one(3, 100), one(7, 100))
	assert.Equal(t, []string{"p BenchmarkX: 7 allocs/op, and there were 3"}, worse)
	worse, _ = compare(one(3, 100), one(3, 700))
	assert.Equal(t, []string{"p BenchmarkX: 700 B/op, and there were 100"}, worse)
	worse, _ = compare(one(3, 100), nil)
	assert.Equal(t, []string{"p BenchmarkX: did not run, and is in doc/allocs.txt"}, worse)
	worse, _ = compare(nil, one(3, 100))
	assert.Equal(t, []string{"p BenchmarkX: not in doc/allocs.txt"}, worse)
	_, better := compare(one(6, 100), one(2, 100))
	assert.T(t, strings.Contains(better[0], "2 allocs/op, and there were 6"), better)
}
