package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/bmizerany/assert"
)

// sorted is a B-tree's dumb twin.
type sorted map[string]sortedEntry

type sortedEntry struct {
	id     uint32
	living bool
}

// TestBTree grows and shrinks a tree by thousands of keys, and compares it with its
// twin; roots of earlier edits must stay as they were.
func TestBTree(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var root *node
	twin := sorted{}
	type moment struct {
		root *node
		want []string
	}
	var held []moment
	for edit := range uint64(120) {
		grow := edit/20%2 == 0
		for range 100 {
			key := fmt.Sprintf("/dir-%d/%d", r.IntN(3), r.IntN(3000))
			if r.IntN(10) == 0 {
				key = fmt.Sprintf("/z/%08d", edit*100) // at the end
			}
			root = editKey(root, twin, key, edit, grow, r)
		}
		if root != nil {
			compareTree(t, root, twin, r)
			if edit%10 == 0 {
				held = append(held, moment{root, entriesOf(root)})
			}
		}
	}
	for _, m := range held {
		assert.T(t, slices.Equal(m.want, entriesOf(m.root)))
	}
	for key := range twin {
		root = removeKey(root, twin, key, 1000)
	}
	assert.Equal(t, (*node)(nil), root)
}

func editKey(root *node, twin sorted, key string, edit uint64, grow bool, r *rand.Rand) *node {
	var s spot
	s.seek(root, key)
	e, ok := twin[key]
	switch {
	case !ok && (grow || r.IntN(4) == 0):
		e = sortedEntry{r.Uint32(), true}
		twin[key] = e
		return s.insert(key, e.id, edit)
	case ok && (grow || r.IntN(4) == 0):
		e.living = r.IntN(2) == 0
		twin[key] = e
		return s.mark(e.living, edit)
	case len(twin) > 0:
		for key := range twin { // any
			return removeKey(root, twin, key, edit)
		}
	}
	return root
}

func removeKey(root *node, twin sorted, key string, edit uint64) *node {
	var s spot
	s.seek(root, key)
	if twin[key].living {
		root = s.mark(false, edit)
		s.seek(root, key)
	}
	delete(twin, key)
	return s.remove(edit)
}

func entriesOf(root *node) (list []string) {
	var s spot
	for s.seek(root, ""); s.settle(); s.next() {
		key, id := s.entry()
		list = append(list, fmt.Sprint(key, id, s.nodes[s.height-1].live>>s.at[s.height-1]&1))
	}
	return list
}

func compareTree(t *testing.T, root *node, twin sorted, r *rand.Rand) {
	var keys, living, want []string
	for key, e := range twin {
		keys = append(keys, key)
		if e.living {
			living = append(living, key)
		}
	}
	slices.Sort(keys)
	slices.Sort(living)
	for _, key := range keys {
		e := twin[key]
		want = append(want, fmt.Sprint(key, e.id, map[bool]int{true: 1}[e.living]))
	}
	assert.T(t, slices.Equal(want, entriesOf(root)))
	assert.Equal(t, len(living), root.living())
	for range 50 {
		key := fmt.Sprintf("/dir-%d/%d", r.IntN(4), r.IntN(3000))
		rank, _ := slices.BinarySearch(living, key)
		assert.Equal(t, rank, root.rank(key))
		var s spot
		_, ok := twin[key]
		s.seek(root, key)
		assert.Equal(t, ok, s.found)
		i := r.IntN(len(living) + 2)
		s.pick(root, i)
		assert.Equal(t, i < len(living), s.found)
		if s.found {
			key, _ := s.entry()
			assert.Equal(t, living[i], key)
		}
	}
}
