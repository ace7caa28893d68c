package store

import "math/bits"

// fan is the most entries of a node; a leaf's living ones fit one word of bits.
const fan = 32

// node is a node of a counted B-tree from path to number. Nodes of another edit
// than the writer's are published, and copied before they are changed.
type node struct {
	edit uint64
	keys *keyset

	ids  []uint32 // of a leaf, one a key
	live uint64   // of a leaf: bit i: something stands at key i in the newest version

	kids []kid // of an inner node; key i is at most the least key in kids[i], i > 0
}

type kid struct {
	*node
	living int
}

func (n *node) leaf() bool { return n.kids == nil }

// living is the number of living entries below n.
func (n *node) living() int {
	if n.leaf() {
		return bits.OnesCount64(n.live)
	}
	sum := 0
	for i := range n.kids {
		sum += n.kids[i].living
	}
	return sum
}

// clone is a copy that belongs to edit. Keysets are shared, for they never change.
func (n *node) clone(edit uint64) *node {
	c := &node{edit: edit, keys: n.keys, live: n.live}
	if n.leaf() {
		c.ids = append([]uint32(nil), n.ids...)
	} else {
		c.kids = append([]kid(nil), n.kids...)
	}
	return c
}

// spot is a place in a B-tree: the nodes from the root to a leaf, and the position
// in each. Fan and fill keep a tree of any size that fits a memory below maxHeight.
type spot struct {
	nodes  [maxHeight]*node
	at     [maxHeight]int
	height int
	found  bool
}

const maxHeight = 16

// seek finds key, or the place where it would be inserted.
func (s *spot) seek(root *node, key string) {
	s.height, s.found = 0, false
	for n := root; n != nil; {
		at, found := n.keys.search(key)
		if !n.leaf() && !found && at > 0 {
			at--
		}
		s.nodes[s.height], s.at[s.height] = n, at
		s.height++
		if n.leaf() {
			s.found = found
			return
		}
		n = n.kids[at].node
	}
}

// last is the leaf and the position in it.
func (s *spot) last() (*node, int) {
	return s.nodes[s.height-1], s.at[s.height-1]
}

// entry is the key and the number at the spot, which was found.
func (s *spot) entry() (string, uint32) {
	n, at := s.last()
	return n.keys.keys[at], n.ids[at]
}

// own makes the spot's nodes the edit's own and returns the root.
func (s *spot) own(edit uint64) *node {
	for i, n := range s.nodes[:s.height] {
		if n.edit == edit {
			continue
		}
		s.nodes[i] = n.clone(edit)
		if i > 0 {
			s.nodes[i-1].kids[s.at[i-1]].node = s.nodes[i]
		}
	}
	return s.nodes[0]
}

// mark notes whether the entry at the spot, which was found, is living, and
// returns the root.
func (s *spot) mark(living bool, edit uint64) *node {
	root := s.own(edit)
	n, at := s.last()
	switch was := n.live>>at&1 == 1; {
	case living && !was:
		n.live |= 1 << at
		s.count(1)
	case !living && was:
		n.live &^= 1 << at
		s.count(-1)
	}
	return root
}

// count adds delta to the living entries above the leaf.
func (s *spot) count(delta int) {
	for i := range s.height - 1 {
		s.nodes[i].kids[s.at[i]].living += delta
	}
}

// insert puts a living entry at the spot, which was not found, and returns the root.
func (s *spot) insert(key string, id uint32, edit uint64) *node {
	if s.height == 0 {
		return &node{edit: edit, keys: newKeyset([]string{key}), ids: []uint32{id}, live: 1}
	}
	root := s.own(edit)
	n, at := s.last()
	n.keys = n.keys.insert(at, key)
	if at == len(n.ids) {
		n.ids = append(n.ids, id)
	} else {
		n.ids = insertAt(n.ids, at, id)
	}
	n.live = spread(n.live, at) | 1<<at
	s.count(1)
	for i := s.height - 1; len(s.nodes[i].keys.keys) > fan; i-- {
		left, right := s.nodes[i], s.nodes[i].halve(s.at[i])
		if i == 0 {
			return newRoot(left, right, edit)
		}
		up, at := s.nodes[i-1], s.at[i-1]
		up.kids[at].living = left.living()
		up.kids = insertAt(up.kids, at+1, kid{right, right.living()})
		up.keys = up.keys.divide(at, left.keys.keys[0], right.keys.keys[0])
		s.at[i-1] = at + 1
	}
	return root
}

func newRoot(left, right *node, edit uint64) *node {
	return &node{
		edit: edit,
		keys: newKeyset([]string{left.keys.keys[0], right.keys.keys[0]}),
		kids: []kid{{left, left.living()}, {right, right.living()}},
	}
}

// halve moves n's upper half to a node of its own, after an insertion at position
// at. One at the end is likely one of a rising series, and leaves n full behind.
func (n *node) halve(at int) *node {
	mid := (fan + 1) / 2
	if at == fan {
		mid = fan
	}
	right := &node{edit: n.edit, live: n.live >> mid}
	n.keys, right.keys = n.keys.cut(mid)
	if n.leaf() {
		right.ids = append([]uint32(nil), n.ids[mid:]...)
		n.ids = append([]uint32(nil), n.ids[:mid]...)
		n.live &= 1<<mid - 1
	} else {
		right.kids = append([]kid(nil), n.kids[mid:]...)
		n.kids = append([]kid(nil), n.kids[:mid]...)
	}
	return right
}

// spread makes room for a bit at position at.
func spread(word uint64, at int) uint64 {
	low := word & (1<<at - 1)
	return (word&^low)<<1 | low
}

// insertAt is slices.Insert with exact room: most nodes never grow again.
func insertAt[T any](s []T, at int, x T) []T {
	t := make([]T, len(s)+1)
	copy(t, s[:at])
	t[at] = x
	copy(t[at+1:], s[at:])
	return t
}
