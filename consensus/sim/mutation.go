package sim

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/ha/doozer/store"
)

const (
	maxKeys  = 4
	maxSlots = 8
	maxNodes = 32 // in one schedule, the dead included
	maxLive  = 9
)

// What a mutation does.
const (
	opSet  = iota // key arg = a value of the mutation's own
	opDel         // key arg is deleted
	opSlot        // membership slot arg = a node, or nobody
	opAddr        // node arg registers its address
	opGone        // node arg's address is deleted
)

// mutation is what the clients of a simulated cluster agree on.
type mutation struct {
	id   uint32 // unique in its schedule, above 0
	op   uint8
	arg  uint8
	node int8  // of opSlot; nobody: -1
	rev  int64 // the revision that the file may have at most; any: clobber
	pad  int   // bytes of ballast
}

const clobber = store.Clobber

func (m mutation) dels() bool { return m.op == opDel || m.op == opGone }

// ofCtl reports whether m may change who the members are.
func (m mutation) ofCtl() bool { return m.op >= opSlot }

// keyPaths are the keys. One of them is where others need a directory: so
// writes may fail for what other keys hold.
func keyPath(key uint8) string {
	return [maxKeys]string{"/a", "/b/c", "/b/d", "/b"}[key]
}

func slotPath(slot uint8) string {
	return string([]byte{'/', 'c', 't', 'l', '/', 'c', 'a', 'l', '/', '0' + slot})
}

func addrPath(id string) string { return "/ctl/node/" + id + "/addr" }

// target is the file that m is about, and what is to be there.
func (c *Cluster) target(m mutation) (path string, value []byte) {
	switch m.op {
	case opSet:
		value = make([]byte, idBytes+m.pad)
		binary.LittleEndian.PutUint32(value, m.id)
		return keyPath(m.arg), value
	case opDel:
		return keyPath(m.arg), nil
	case opSlot:
		if m.node >= 0 {
			value = []byte(c.nodes[m.node].id)
		}
		return slotPath(m.arg), value
	case opAddr:
		return addrPath(c.nodes[m.arg].id), []byte("here")
	}
	return addrPath(c.nodes[m.arg].id), nil
}

// encode is m as the machines agree on it: the store's mutation, and after it
// the id, which tells it from all others that do the same.
func (c *Cluster) encode(m mutation) []byte {
	path, value := c.target(m)
	var b []byte
	var err error
	if m.dels() {
		b, err = store.EncodeDel(path, m.rev)
	} else {
		b, err = store.EncodeSet(path, value, m.rev)
	}
	if err != nil {
		panic(fmt.Sprintf("sim: %v cannot be encoded: %v", m, err))
	}
	return binary.LittleEndian.AppendUint32(b, m.id)
}

const idBytes = 4

// forged is a mutation that nobody proposed.
func forged() []byte { return []byte{0, 0, 0, 0, 0x80} }

// idOf is the id of an encoded mutation; nop: 0.
func idOf(b []byte) uint32 {
	if len(b) < idBytes {
		return 0
	}
	return binary.LittleEndian.Uint32(b[len(b)-idBytes:])
}

// stored is what the store is to apply of an encoded mutation.
func stored(b []byte) []byte { n := len(b) - idBytes; return b[:n:n] }

// register is a key's value, by the id of its mutation, with its revision. Where
// no file is: zero.
type register struct {
	val uint32
	rev int64
}

func toRegister(value []byte, rev int64) register {
	if rev <= store.Missing {
		return register{}
	}
	return register{binary.LittleEndian.Uint32(value), rev}
}

// Codes of a mutation's result.
const (
	codeOK = iota
	codeMismatch
	codeIsDir
	codeNotDir
	codeOther
)

func codeOf(err error) int32 {
	switch {
	case err == nil:
		return codeOK
	case errors.Is(err, store.ErrRevMismatch):
		return codeMismatch
	case errors.Is(err, store.ErrIsDir):
		return codeIsDir
	case errors.Is(err, store.ErrNotDir):
		return codeNotDir
	}
	return codeOther
}
