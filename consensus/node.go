package consensus

import "slices"

// node is what this machine knows of a process: itself, a member of a config
// that it knows, or whoever its driver has a link to. Others are forgotten.
type node struct {
	id      ID
	linked  bool
	vouched bool  // the tree has its address
	since   int64 // when it became a member: before the others could speak of it, it is not judged
	heard   int64 // when the last message came
	out     []Message
	spare   []Message // the buffer that the driver holds until the next Take

	// From its last heartbeat.
	applied int64
	hears   []ID
	beyond  bool // it knows of use beyond its window: it slept

	cutOff   bool  // a member that has two-way links with fewer than a majority
	filledTo int64 // while it is cut off: this node filled its slots up to there

	held    hold    // the lease that this node granted it
	owed    Message // a grant of that which it is to be told of; Kind 0: none
	granted grant   // the lease that it granted this node

	refuses  int64 // until then nothing is passed on to it
	rejected int64 // when it was last told which of its slots are promised away
	told     int64 // it was told of this node's skips below there
	wantSkip bool  // it is to be told of those above
	wantBeat bool  // it is to get a heartbeat now

	sub    subscription
	passed numbers // the numbers of what it passed on to us
	passes int     // how many of these are open
}

// node finds or makes the node of that id.
func (m *Machine) node(id ID) *node {
	if x := m.byID[id]; x != nil {
		return x
	}
	x := &node{id: id}
	m.byID[id] = x
	m.nodes = append(m.nodes, x)
	return x
}

// maxNodes is how many nodes may be known before those that are of no more
// use are forgotten. It is not done at once, for with a node goes the memory
// of what it passed on.
const maxNodes = 256

// forgetNodes drops those that are neither linked nor members.
func (m *Machine) forgetNodes() {
	if len(m.nodes) <= maxNodes {
		return
	}
	m.nodes = slices.DeleteFunc(m.nodes, func(x *node) bool {
		gone := x != m.self && !x.linked && !m.isMember(x) && m.now >= x.held.until
		if gone {
			delete(m.byID, x.id)
		}
		return gone
	})
}

// numbers is a set of numbers that were taken once, for ever: all that were
// added, and all that lie far below the highest of them.
type numbers struct {
	high int64
	bits [numbersKept / 64]uint64
}

const numbersKept = 4096

// take adds num, and reports whether it was not there before.
func (n *numbers) take(num int64) bool {
	if num <= n.high-numbersKept {
		return false
	}
	for n.high < num {
		if num-n.high > numbersKept {
			*n = numbers{high: num - numbersKept}
		}
		n.high++
		i := n.high % numbersKept
		n.bits[i/64] &^= 1 << (i % 64)
	}
	i := num % numbersKept
	word, bit := &n.bits[i/64], uint64(1)<<(i%64)
	fresh := *word&bit == 0
	*word |= bit
	return fresh
}
