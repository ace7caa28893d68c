package store

import (
	"encoding/binary"
	"fmt"
)

// A mutation's first byte is its form.
const (
	formNop byte = 1 + iota // nothing follows
	formOne                 // the expected revision as a varint, then one record
	formTxn                 // steps: the length of what follows, a revision and a record each
)

// EncodeSet makes the mutation that sets path to value if its revision is at most
// rev, or whatever it is if rev is Clobber. Errors: ErrBadPath, ErrValueTooLarge.
func EncodeSet(path string, value []byte, rev int64) ([]byte, error) {
	return encode(kindSet, path, value, rev)
}

// EncodeDel makes the mutation that deletes path if its revision is at most rev,
// or whatever it is if rev is Clobber. Error: ErrBadPath.
func EncodeDel(path string, rev int64) ([]byte, error) {
	return encode(kindDel, path, nil, rev)
}

// EncodeNop makes the mutation that changes nothing, but uses up a revision.
func EncodeNop() []byte { return []byte{formNop} }

func encode(kind byte, path string, value []byte, rev int64) ([]byte, error) {
	if err := CheckPath(path); err != nil {
		return nil, err
	}
	if len(value) > MaxValue {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrValueTooLarge, len(value), MaxValue)
	}
	size := 2 + binary.MaxVarintLen16 + len(path) + len(value)
	var head [1 + binary.MaxVarintLen64]byte
	head[0] = formOne
	n := 1 + binary.PutVarint(head[1:], rev)
	b := append(make([]byte, 0, n+size), head[:n]...)
	return appendRecord(b, kind, path, value), nil
}

// op is one change or check. That of a nop, and of a transaction, has no record.
type op struct {
	rec  record
	path string // lies in rec
	rev  int64
}

// decoded is a mutation taken apart.
type decoded struct {
	op    op
	steps []op // of a transaction
	err   error
}

// decode takes a mutation apart. It trusts nothing, for the bytes may come from
// anywhere, and allocates for a transaction only.
func decode(b []byte) (d decoded) {
	if len(b) == 0 {
		return decoded{err: ErrBadMutation}
	}
	switch form, rest := b[0], b[1:]; {
	case form == formNop && len(rest) == 0:
	case form == formOne:
		d.op, d.err = decodeOne(rest)
	case form == formTxn:
		d.steps, d.err = decodeTxn(rest)
	default:
		d.err = ErrBadMutation
	}
	return d
}

func decodeOne(b []byte) (op, error) {
	rev, n := binary.Varint(b)
	if n <= 0 || n != varintLen(rev) {
		return op{}, ErrBadMutation
	}
	return decodeRecord(b[n:], rev, kindDel)
}

// decodeRecord makes an op of a record that is a set, a deletion or of the kind also.
func decodeRecord(r record, rev int64, also byte) (op, error) {
	path, value, ok := r.split()
	if !ok || len(r)-len(path)-len(value) != 1+uvarintLen(len(path)) {
		return op{}, ErrBadMutation
	}
	switch kind := r.kind(); {
	case kind == kindSet:
	case (kind == kindDel || kind == also) && len(value) == 0:
	default:
		return op{}, ErrBadMutation
	}
	if len(value) > MaxValue {
		return op{}, ErrValueTooLarge
	}
	if len(path) > MaxPath || path != "/" && !wellFormed(path, isNameByte) || depth(path) > MaxNames {
		return op{}, ErrBadPath
	}
	return op{rec: r[:len(r):len(r)], path: path, rev: rev}, nil
}

// One mutation has one encoding: a length that takes more bytes than it needs is refused.
func varintLen(x int64) int {
	var b [binary.MaxVarintLen64]byte
	return binary.PutVarint(b[:], x)
}

func uvarintLen(x int) int {
	var b [binary.MaxVarintLen64]byte
	return binary.PutUvarint(b[:], uint64(x))
}
