package store

import (
	"encoding/binary"
	"unsafe"
)

// A record is one change as bytes: a kind, the length of the path as a uvarint,
// the path, and the value up to the end. It is kept as it lies in its mutation:
// neither path nor value is copied, and neither is ever modified.
type record []byte

// The kinds of a record. kindDir and kindGone never come in a mutation: they tell when a
// directory came to be and when it went, so that reads at an old revision know.
// kindCheck comes in a transaction, and never in the history.
const (
	kindSet byte = 1 + iota
	kindDel
	kindDir
	kindGone
	kindCheck
)

func makeRecord(kind byte, path string, value []byte) record {
	r := make([]byte, 0, 1+binary.MaxVarintLen16+len(path)+len(value))
	return appendRecord(r, kind, path, value)
}

func appendRecord(b []byte, kind byte, path string, value []byte) record {
	b = append(b, kind)
	b = binary.AppendUvarint(b, uint64(len(path)))
	b = append(b, path...)
	return append(b, value...)
}

// split takes a record apart; ok is false when the bytes are none. What it
// returns lies in the record.
func (r record) split() (path string, value []byte, ok bool) {
	if len(r) < 2 {
		return "", nil, false
	}
	size, n := uint64(r[1]), 1
	if size >= 0x80 {
		size, n = binary.Uvarint(r[1:])
	}
	if n <= 0 || size > uint64(len(r)-1-n) {
		return "", nil, false
	}
	end := 1 + n + int(size)
	return view(r[1+n : end]), r[end:len(r):len(r)], true
}

func (r record) kind() byte { return r[0] }

func (r record) path() string {
	path, _, _ := r.split()
	return path
}

func (r record) value() []byte {
	_, value, _ := r.split()
	return value
}

// view is b as a string without a copy: sound, because records never change.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
