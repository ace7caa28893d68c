package main

import (
	"slices"
	"testing"

	"github.com/bmizerany/assert"
)

// seen is a sound run: what writers and two watchers saw of it.
func seen() (ops []op, records []record) {
	del := change{rev: 9, path: "/f", del: true}
	all := []change{{rev: 5, path: "/f", value: "a"}, {rev: 7, path: "/f", value: "b"}, del, {rev: 12, path: "/f", value: "c"}}
	ops = []op{
		sets(1, 2, "a", 5), compares(3, 4, 5, "b", 7), deletes(5, 6), became(sets(7, 0, "c", 0), unknown),
		became(compares(8, 9, 1, "x", 0), refused), became(sets(8, 0, "y", 0), unknown), gets(10, 11, "c", 12),
	}
	return ops, []record{{name: "one", changes: all}, {name: "two", changes: slices.Clone(all)}}
}

// judged counts what is found wrong with a run.
func judged(ops []op, records []record) (lost, wrong int) {
	for _, r := range records {
		wrong += len(checkOrder(r))
	}
	all, differ := merge(records, 100)
	l, w := checkWrites(ops, all)
	return len(l), wrong + len(differ) + len(w)
}

func TestSoundRun(t *testing.T) {
	t.Parallel()
	lost, wrong := judged(seen())
	assert.Equal(t, 0, lost)
	assert.Equal(t, 0, wrong)
}

// Whatever is done to a sound run is found.
func TestPlanted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lost  bool
		plant func(ops []op, records []record)
	}{
		"missing at one":    {false, func(_ []op, r []record) { r[1].changes = slices.Delete(r[1].changes, 1, 2) }},
		"missing del":       {false, func(_ []op, r []record) { r[0].changes = slices.Delete(r[0].changes, 2, 3) }},
		"missing last":      {false, func(_ []op, r []record) { r[0].changes = r[0].changes[:3] }},
		"doubled":           {false, func(_ []op, r []record) { r[0].changes = slices.Insert(r[0].changes, 1, r[0].changes[1]) }},
		"doubled later":     {false, func(_ []op, r []record) { r[0].changes = append(r[0].changes, r[0].changes[0]) }},
		"out of order":      {false, func(_ []op, r []record) { r[0].changes[0], r[0].changes[1] = r[0].changes[1], r[0].changes[0] }},
		"other value":       {false, func(_ []op, r []record) { r[1].changes[3].value = "z" }},
		"other revision":    {false, func(_ []op, r []record) { r[1].changes[3].rev = 11 }},
		"lost everywhere":   {true, func(_ []op, r []record) { both(r, func(cs []change) []change { return slices.Delete(cs, 1, 2) }) }},
		"moved everywhere":  {true, func(_ []op, r []record) { both(r, func(cs []change) []change { cs[1].rev = 8; return cs }) }},
		"refused, happened": {false, func(ops []op, _ []record) { ops[3].out = refused }},
		"twice": {false, func(_ []op, r []record) {
			both(r, func(cs []change) []change { return append(cs, change{rev: 20, path: "/f", value: "c"}) })
		}},
		"by nobody": {false, func(_ []op, r []record) {
			both(r, func(cs []change) []change { return append(cs, change{rev: 20, path: "/f", value: "q"}) })
		}},
	} {
		ops, records := seen()
		c.plant(ops, records)
		lost, wrong := judged(ops, records)
		assert.Equal(t, c.lost, lost > 0, name)
		assert.T(t, lost+wrong > 0, name)
	}
}

// Who was told that something is missing misses nothing; but nothing else may be missing.
func TestToldGap(t *testing.T) {
	t.Parallel()
	ops, records := seen()
	all := records[0].changes
	first, second := record{upTo: 6, changes: all[:1]}, record{from: 9, changes: all[2:]}
	lost, wrong := judged(ops, []record{records[0], first, second})
	assert.Equal(t, 0, lost+wrong)
	for _, rec := range []record{{upTo: 7, changes: all[:1]}, {from: 7, changes: all[2:]}} {
		_, wrong = judged(ops, []record{records[0], rec})
		assert.Equal(t, 1, wrong)
	}
}

func both(records []record, plant func([]change) []change) {
	for i := range records {
		records[i].changes = plant(records[i].changes)
	}
}

// A tree that differs in any way from what the watchers were told of is found.
func TestTrees(t *testing.T) {
	t.Parallel()
	_, records := seen()
	want := replay(records[0].changes)
	assert.Equal(t, map[string]change{"/f": {rev: 12, path: "/f", value: "c"}}, want)
	assert.Equal(t, 0, len(checkTree("one", replay(records[1].changes), want)))
	for name, got := range map[string]map[string]change{
		"empty": {},
		"older": replay(records[0].changes[:2]),
		"more":  replay(append(slices.Clone(records[0].changes), change{rev: 13, path: "/g"})),
		"other": {"/f": {rev: 12, path: "/f", value: "d"}},
	} {
		assert.T(t, len(checkTree("one", got, want)) > 0, name)
	}
}
