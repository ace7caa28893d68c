package store

import (
	"encoding/binary"
	"strings"
)

// keyset is the sorted keys of one B-tree node, never changed once made. Beside
// each key lie its eight bytes after the prefix that all have in common, as a
// number: a search looks at one small array, and at one key to be sure.
type keyset struct {
	skip int // the length of the common prefix
	tags []uint64
	keys []string
}

// newKeyset keeps keys, which must not be empty nor be modified.
func newKeyset(keys []string) *keyset {
	k := &keyset{keys: keys, skip: commonPrefix(keys[0], keys[len(keys)-1])}
	k.tags = make([]uint64, len(keys))
	for i, key := range keys {
		k.tags[i] = tag(key[k.skip:])
	}
	return k
}

// search is the position of key, or the one where it would stand.
func (k *keyset) search(key string) (at int, found bool) {
	if first := k.keys[0]; len(key) < k.skip || key[:k.skip] != first[:k.skip] {
		if key < first {
			return 0, false
		}
		return len(k.keys), false
	}
	t := tag(key[k.skip:])
	lo, hi := 0, len(k.tags)
	for lo < hi {
		if mid := int(uint(lo+hi) / 2); k.tags[mid] < t {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for ; lo < len(k.tags) && k.tags[lo] == t; lo++ {
		if c := strings.Compare(k.keys[lo], key); c >= 0 {
			return lo, c == 0
		}
	}
	return lo, false
}

// insert is k with key at position at. Keys that come in order cost no copy: k sees
// nothing of what is behind its end, and whoever edits goes on from the newest one.
func (k *keyset) insert(at int, key string) *keyset {
	if at == len(k.keys) && strings.HasPrefix(key, k.keys[0][:k.skip]) {
		return &keyset{skip: k.skip, tags: append(k.tags, tag(key[k.skip:])), keys: append(k.keys, key)}
	}
	return newKeyset(insertAt(k.keys, at, key))
}

// divide is k with right after position at. The first key bounds nothing, and may
// be above right: then it becomes left.
func (k *keyset) divide(at int, left, right string) *keyset {
	keys := insertAt(k.keys, at+1, right)
	if at == 0 {
		keys[0] = left
	}
	return newKeyset(keys)
}

// remove is k without the key at position at; nil if that was the last.
func (k *keyset) remove(at int) *keyset {
	if len(k.keys) == 1 {
		return nil
	}
	return newKeyset(removeAt(k.keys, at))
}

// cut is k in two, of which the second begins at position at. Both have keys.
func (k *keyset) cut(at int) (left, right *keyset) {
	return newKeyset(append([]string(nil), k.keys[:at]...)),
		newKeyset(append([]string(nil), k.keys[at:]...))
}

// join is the keys of k, then key, then more, all in order.
func (k *keyset) join(key string, more []string) *keyset {
	keys := make([]string, 0, len(k.keys)+1+len(more))
	keys = append(append(keys, k.keys...), key)
	return newKeyset(append(keys, more...))
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// tag orders strings by their first eight bytes: no path holds a zero byte.
func tag(s string) uint64 {
	if len(s) >= 8 {
		return uint64(s[7]) | uint64(s[6])<<8 | uint64(s[5])<<16 | uint64(s[4])<<24 |
			uint64(s[3])<<32 | uint64(s[2])<<40 | uint64(s[1])<<48 | uint64(s[0])<<56
	}
	var b [8]byte
	copy(b[:], s)
	return binary.BigEndian.Uint64(b[:])
}
