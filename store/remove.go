package store

// remove takes the entry at the spot, which was found and is not living, out of
// the tree and returns the root; nil if it was the last.
func (s *spot) remove(edit uint64) *node {
	root := s.own(edit)
	n, at := s.last()
	n.keys = n.keys.remove(at)
	n.ids = removeAt(n.ids, at)
	n.live = shrink(n.live, at)
	for i := s.height - 1; i > 0; i-- {
		if !s.nodes[i-1].tidy(s.at[i-1], edit) {
			break
		}
	}
	if root.keys == nil {
		return nil
	}
	for !root.leaf() && len(root.kids) == 1 {
		root = root.kids[0].node
	}
	return root
}

// tidy takes kid i away if it became empty, and joins it with a neighbour if both
// are small. It reports whether the kids are fewer now.
func (n *node) tidy(i int, edit uint64) bool {
	k := n.kids[i]
	if k.keys == nil {
		n.take(i)
		return true
	}
	if len(k.keys.keys) > fan/4 || len(n.kids) == 1 {
		return false
	}
	left := max(i-1, 0)
	a, b := n.kids[left], n.kids[left+1]
	if len(a.keys.keys)+len(b.keys.keys) > fan/2 {
		return false
	}
	bound := n.keys.keys[left+1]
	if b.leaf() {
		bound = b.keys.keys[0]
	}
	n.kids[left] = kid{a.join(b.node, bound, edit), a.living + b.living}
	n.take(left + 1)
	return true
}

// take removes kid i and its key.
func (n *node) take(i int) {
	n.keys = n.keys.remove(i)
	n.kids = removeAt(n.kids, i)
}

// join is a new node with the entries of n and then those of next, which are all
// at or above bound. A node's own first key bounds nothing, if it is an inner one.
func (n *node) join(next *node, bound string, edit uint64) *node {
	return &node{
		edit: edit,
		keys: n.keys.join(bound, next.keys.keys[1:]),
		ids:  append(n.ids[:len(n.ids):len(n.ids)], next.ids...),
		live: n.live | next.live<<len(n.ids),
		kids: append(n.kids[:len(n.kids):len(n.kids)], next.kids...),
	}
}

// shrink closes the gap of a bit at position at.
func shrink(word uint64, at int) uint64 {
	low := word & (1<<at - 1)
	return word>>1&^(1<<at-1) | low
}

func removeAt[T any](s []T, at int) []T {
	t := make([]T, 0, len(s)-1)
	return append(append(t, s[:at]...), s[at+1:]...)
}
