package sim

import (
	"cmp"
	"slices"

	"github.com/anishathalye/porcupine"
)

// The search for an order of a history is exponential where many operations
// overlap. Most of them can be in one place only: this file says so beforehand.

// narrow tells each write which one was before it. And it moves beginnings: no
// operation can have been before what it has to follow, which is, for a write,
// the one before it and all reads that show that; and for a read the write that
// it shows. It reports whether all still end after they begin.
func narrow(history []porcupine.Operation) bool {
	var writes []*porcupine.Operation
	reads := make(map[int64][]*porcupine.Operation) // by the revision that they show
	for i := range history {
		op := &history[i]
		op.Call *= between
		if op.Return < never {
			op.Return *= between
		}
		if out := op.Output.(regOutput); out.seqn > 0 {
			writes = append(writes, op)
		} else if out.reg.rev > 0 {
			reads[out.reg.rev] = append(reads[out.reg.rev], op)
		}
	}
	slices.SortFunc(writes, func(a, b *porcupine.Operation) int {
		return cmp.Compare(a.Output.(regOutput).seqn, b.Output.(regOutput).seqn)
	})
	good, earliest, prev := true, int64(0), int64(0)
	follow := func(op *porcupine.Operation) int64 {
		op.Call = max(op.Call, earliest)
		good = good && op.Call < op.Return
		return op.Call + 1
	}
	for _, w := range writes {
		in, seqn := w.Input.(regInput), w.Output.(regOutput).seqn
		in.prev, prev = prev, seqn
		w.Input = in
		earliest = follow(w)
		last := earliest
		for _, r := range reads[seqn] {
			last = max(last, follow(r))
		}
		earliest = last
	}
	return good
}

// between is how many times there are from one to the next, for narrow's use.
const between = 1 << 20

// thin leaves out what follows from others: when the time of a read, or of a
// write that failed, holds that of another operation which leaves the register
// as the one shows it, it may have happened right after that.
func thin(history []porcupine.Operation) []porcupine.Operation {
	slices.SortStableFunc(history, func(a, b porcupine.Operation) int {
		return cmp.Compare(a.Return, b.Return)
	})
	out := history[:0]
	for _, op := range history {
		in, shows := op.Input.(regInput), op.Output.(regOutput)
		implied := func(o porcupine.Operation) bool {
			left := o.Output.(regOutput)
			fits := in.read && left.reg == shows.reg || shows.failed && left.reg.rev > in.want
			return fits && !left.failed && op.Call <= o.Call && o.Return <= op.Return
		}
		if !slices.ContainsFunc(out, implied) {
			out = append(out, op)
		}
	}
	return out
}
