package sim

import (
	"encoding/binary"
	"slices"

	"github.com/ha/doozer/consensus"
)

const (
	maxKeys  = 4
	maxSlots = 8
	maxNodes = 32 // in one schedule, the dead included
)

// codes of a mutation's result, as the real store has them
const (
	codeOK       = 0
	codeMismatch = 5
)

// op of a mutation
const (
	opSet  = iota // register arg = the mutation's id
	opSlot        // membership slot arg = a node, or nobody
	opAddr        // node arg registers its address
)

// mutation is what the clients of a simulated cluster agree on.
type mutation struct {
	id   uint32 // unique in its schedule, above 0
	op   uint8
	arg  uint8
	node int8  // of opSlot; nobody: -1
	rev  int64 // the revision that arg must have; any: clobber
	pad  int   // bytes of ballast
}

const clobber = -1

const mutationBytes = 16

func (m mutation) encode() []byte {
	b := make([]byte, mutationBytes+m.pad)
	binary.LittleEndian.PutUint32(b, m.id)
	b[4], b[5], b[6] = m.op, m.arg, byte(m.node)
	binary.LittleEndian.PutUint64(b[8:], uint64(m.rev))
	return b
}

func decode(b []byte) (mutation, bool) {
	if len(b) < mutationBytes {
		return mutation{}, false
	}
	return mutation{
		id: binary.LittleEndian.Uint32(b), op: b[4], arg: b[5], node: int8(b[6]),
		rev: int64(binary.LittleEndian.Uint64(b[8:])), pad: len(b) - mutationBytes,
	}, true
}

// idOf is the id of an encoded mutation; nop: 0.
func idOf(b []byte) uint32 {
	if len(b) < mutationBytes {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

// register is a value with its revision; never set: zero.
type register struct {
	val uint32
	rev int64
}

// slot is a place in the membership.
type slot struct {
	node int8 // nobody: -1
	rev  int64
}

// registers are the store of a simulated node: a value, so that a copy is a
// snapshot.
type registers struct {
	keys  [maxKeys]register
	slots [maxSlots]slot
	addrs uint64 // nodes that registered an address, by bits
	rev   int64  // the highest applied seqn with a mutation
}

func newRegisters() registers {
	var r registers
	for i := range r.slots {
		r.slots[i].node = -1
	}
	return r
}

// apply applies m at seqn, and returns its result's code.
func (r *registers) apply(m mutation, seqn int64) int32 {
	r.rev = seqn
	switch m.op {
	case opSet:
		k := &r.keys[m.arg%maxKeys]
		if m.rev != clobber && m.rev != k.rev {
			return codeMismatch
		}
		*k = register{m.id, seqn}
	case opSlot:
		s := &r.slots[m.arg%maxSlots]
		if m.rev != clobber && m.rev != s.rev {
			return codeMismatch
		}
		s.node, s.rev = m.node, seqn
	case opAddr:
		r.addrs |= 1 << (m.arg % maxNodes)
	}
	return codeOK
}

// voters are the nodes in a slot that have an address, by bits.
func (r *registers) voters() uint64 {
	var set uint64
	for i := range r.slots {
		if n := r.slots[i].node; n >= 0 {
			set |= 1 << n
		}
	}
	return set & r.addrs
}

// slotOf is the slot that holds the node, or one that is free for nobody, or
// -1.
func (r *registers) slotOf(node int) int {
	return slices.IndexFunc(r.slots[:], func(s slot) bool { return int(s.node) == node })
}

// ids lists the nodes of a set in the order of their ids.
func (c *Cluster) ids(set uint64) []consensus.ID {
	var out []consensus.ID
	for i := range c.nodes {
		if set>>i&1 != 0 {
			out = append(out, c.nodes[i].id)
		}
	}
	slices.Sort(out)
	return out
}
