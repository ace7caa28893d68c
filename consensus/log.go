package consensus

import "sort"

// kept is what this node applied and still has for those who are behind: the
// mutations above floor; every other seqn above floor, up to the applied one,
// is a nop. It is bounded in bytes and in seqns.
type kept struct {
	floor    int64 // of this seqn and those below nothing is kept
	entries  []Entry
	head     int // entries[:head] are dropped
	bytes    int64
	maxBytes int64
	maxSeqns int64
}

// entryBytes is what an entry costs beside its value.
const entryBytes = 32

func (k *kept) add(e Entry) {
	k.entries = append(k.entries, e)
	k.bytes += int64(len(e.Value)) + entryBytes
}

// trim drops the oldest above the bounds.
func (k *kept) trim(applied int64) {
	k.raise(applied - k.maxSeqns)
	for k.bytes > k.maxBytes && k.head < len(k.entries) {
		k.raise(k.entries[k.head].Seqn)
	}
	if k.head > 1024 && k.head > len(k.entries)/2 {
		n := copy(k.entries, k.entries[k.head:])
		clear(k.entries[n:])
		k.entries, k.head = k.entries[:n], 0
	}
}

// raise moves the floor up to s.
func (k *kept) raise(s int64) {
	k.floor = max(k.floor, s)
	for k.head < len(k.entries) && k.entries[k.head].Seqn <= k.floor {
		k.bytes -= int64(len(k.entries[k.head].Value)) + entryBytes
		k.entries[k.head] = Entry{}
		k.head++
	}
}

// from returns the kept mutations at s and above; s must be above the floor.
func (k *kept) from(s int64) []Entry {
	live := k.entries[k.head:]
	i := sort.Search(len(live), func(i int) bool { return live[i].Seqn >= s })
	return live[i:]
}

// reset forgets all, as after a snapshot at applied.
func (k *kept) reset(applied int64) {
	*k = kept{floor: applied, maxBytes: k.maxBytes, maxSeqns: k.maxSeqns}
}
