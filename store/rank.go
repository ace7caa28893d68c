package store

import "math/bits"

// rank is the number of living entries below key.
func (n *node) rank(key string) int {
	sum := 0
	for n != nil {
		at, found := n.keys.search(key)
		if n.leaf() {
			return sum + bits.OnesCount64(n.live&(1<<at-1))
		}
		if !found && at > 0 {
			at--
		}
		for i := range at {
			sum += n.kids[i].living
		}
		n = n.kids[at].node
	}
	return sum
}

// pick finds the living entry number i, from 0. The spot is not found if there are fewer.
func (s *spot) pick(n *node, i int) {
	s.height, s.found = 0, false
	for n != nil {
		at := 0
		if n.leaf() {
			at = nthBit(n.live, i)
			s.found = at < len(n.ids)
		} else {
			for at < len(n.kids)-1 && i >= n.kids[at].living {
				i -= n.kids[at].living
				at++
			}
		}
		s.nodes[s.height], s.at[s.height] = n, at
		s.height++
		if n.leaf() {
			return
		}
		n = n.kids[at].node
	}
}

// nthBit is the position of bit number i of those that are set; 64 if there are fewer.
func nthBit(word uint64, i int) int {
	for ; i > 0; i-- {
		word &= word - 1
	}
	return bits.TrailingZeros64(word)
}

// settle moves a spot that lies behind its leaf's end on to the next entry, and
// reports whether there is one.
func (s *spot) settle() bool {
	i := s.height - 1
	if i < 0 {
		return false
	}
	if s.at[i] < len(s.nodes[i].ids) {
		return true
	}
	for i--; i >= 0 && s.at[i]+1 >= len(s.nodes[i].kids); i-- {
	}
	if i < 0 {
		return false
	}
	s.at[i]++
	for n := s.nodes[i]; !n.leaf(); i++ {
		n = n.kids[s.at[i]].node
		s.nodes[i+1], s.at[i+1] = n, 0
	}
	return true
}

// next moves on by one entry; settle says whether there is one.
func (s *spot) next() { s.at[s.height-1]++ }
