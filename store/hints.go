package store

import (
	"hash/maphash"
	"sync/atomic"
)

// hints is a lossy table from path to number, shared by all states, readers and
// the writer. A hint may be missing, stale, or of another path: it counts only
// when the version that the asking state has at that number is of the path asked
// for. So it needs no lock, and no state of its own; what it lacks the B-tree knows.
type hints struct {
	seed  maphash.Seed
	table atomic.Pointer[[]hintRow]
}

// hintRow holds the hints of one hash: the hash's lower half, and the number.
type hintRow [4]atomic.Uint64

const minHintRows = 64

func newHints() *hints {
	h := &hints{seed: maphash.MakeSeed()}
	h.resize(minHintRows)
	return h
}

func (h *hints) resize(rows int) {
	table := make([]hintRow, rows)
	h.table.Store(&table)
}

// fit makes room for n paths. The larger table begins empty, and fills as paths
// are looked up: growing is no pause.
func (h *hints) fit(n int) {
	if rows := len(*h.table.Load()); n > rows*len(hintRow{})/2 {
		h.resize(2 * rows)
	}
}

// find is the number and the version of path in versions, if a hint tells.
func (h *hints) find(path string, a *versions) (id uint32, v *version) {
	sum := maphash.String(h.seed, path)
	row := h.row(sum)
	for i := range row {
		hint := row[i].Load()
		if uint32(hint>>32) != uint32(sum) || hint == 0 {
			continue
		}
		id = uint32(hint)
		if v = a.get(id); v != nil && v.rec.path() == path {
			return id, v
		}
	}
	return 0, nil
}

// guess is the first hint for path, not checked; 0 if there is none.
func (h *hints) guess(path string) (id uint32) {
	sum := maphash.String(h.seed, path)
	row := h.row(sum)
	for i := range row {
		if hint := row[i].Load(); uint32(hint>>32) == uint32(sum) {
			return uint32(hint)
		}
	}
	return 0
}

// note remembers a path's number, in place of a stale hint for its hash, or of
// none, or of any.
func (h *hints) note(path string, id uint32) {
	sum := maphash.String(h.seed, path)
	row := h.row(sum)
	at := int(sum>>30) % len(row)
	for i := range row {
		if old := row[i].Load(); old == 0 || uint32(old>>32) == uint32(sum) {
			at = i
			break
		}
	}
	row[at].Store(uint64(uint32(sum))<<32 | uint64(id))
}

func (h *hints) row(sum uint64) *hintRow {
	table := *h.table.Load()
	return &table[sum>>32&uint64(len(table)-1)]
}
