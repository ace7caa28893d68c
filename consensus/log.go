package consensus

import "sort"

// kept is what this node applied and still has for those who are behind: the
// mutations above floor; every other seqn above floor, up to the applied one,
// is a nop. It is bounded in bytes and in seqns. It may be long, so it grows and
// shrinks by chunks: an entry stays where it is.
type kept struct {
	floor    int64 // of this seqn and those below nothing is kept
	chunks   []*keptChunk
	head     int // the entries at [head, next) are kept, counted from the first of chunks[0]
	next     int
	bytes    int64
	maxBytes int64
	maxSeqns int64
}

const keptSize = 512

type keptChunk [keptSize]Entry

// entryBytes is what an entry costs beside its value.
const entryBytes = 32

func (k *kept) at(i int) *Entry { return &k.chunks[i/keptSize][i%keptSize] }

func (k *kept) add(e Entry) {
	if k.next == len(k.chunks)*keptSize {
		k.chunks = append(k.chunks, new(keptChunk))
	}
	*k.at(k.next) = e
	k.next++
	k.bytes += int64(len(e.Value)) + entryBytes
}

// trim drops the oldest above the bounds.
func (k *kept) trim(applied int64) {
	k.raise(applied - k.maxSeqns)
	for k.bytes > k.maxBytes && k.head < k.next {
		k.raise(k.at(k.head).Seqn)
	}
}

// raise moves the floor up to s.
func (k *kept) raise(s int64) {
	k.floor = max(k.floor, s)
	for k.head < k.next && k.at(k.head).Seqn <= k.floor {
		e := k.at(k.head)
		k.bytes -= int64(len(e.Value)) + entryBytes
		*e = Entry{}
		k.head++
	}
	if n := k.head / keptSize; n > 0 {
		clear(k.chunks[:n])
		k.chunks = k.chunks[n:]
		k.head -= n * keptSize
		k.next -= n * keptSize
	}
}

// endsWith reports whether a mutation at s is kept. It looks at those above s, one by one.
func (k *kept) endsWith(s int64) bool {
	i := k.next - 1
	for i >= k.head && k.at(i).Seqn > s {
		i--
	}
	return i >= k.head && k.at(i).Seqn == s
}

// first is the place of the first kept mutation at s or above; s must be above the floor.
func (k *kept) first(s int64) int {
	return k.head + sort.Search(k.next-k.head, func(i int) bool { return k.at(k.head+i).Seqn >= s })
}

// reset forgets all, as after a snapshot at applied.
func (k *kept) reset(applied int64) {
	*k = kept{floor: applied, maxBytes: k.maxBytes, maxSeqns: k.maxSeqns}
}
