package sim

import (
	"math"

	"github.com/anishathalye/porcupine"
	"github.com/ha/doozer/consensus"
)

// regInput and regOutput are one operation on one register, for porcupine.
type regInput struct {
	read bool
	cas  bool
	want int64 // the revision that a conditional write allows for at most
	prev int64 // the seqn of the write before this one, in the log
}

type regOutput struct {
	failed bool     // a conditional write
	reg    register // what a read shows, or a write makes of it
	seqn   int64    // of a write
}

// regState is a register, and the seqn of the write that left it so.
type regState struct {
	reg  register
	seqn int64
}

// regModel is a register whose writes have to come in the order of the log. That
// asks for more than any order would, and it is found much sooner.
//
// The search is exponential at worst: after so many steps and comparisons it gives up, by
// taking all that is left for right. (Not after a time: a seed has to end in
// the same way again.) Nothing is lost by that but a second opinion, since the
// checker holds each operation against the log's order as it ends: a read against
// the tree of its revision and against what had been shown before, a write
// against its seqn. How often it happens is counted.
func regModel(steps *int) porcupine.Model {
	step := func(state, input, output any) (bool, any) {
		if *steps--; *steps < 0 {
			return true, state
		}
		return regStep(state, input, output)
	}
	same := func(a, b any) bool { // asked of every state that was there before
		*steps--
		return *steps >= 0 && a == b
	}
	return porcupine.Model{Init: func() any { return regState{} }, Step: step, Equal: same}
}

const maxSearch = 50000

// never is when an operation ends of which nobody heard the end.
const never = math.MaxInt64

func regStep(state, input, output any) (bool, any) {
	st, in, out := state.(regState), input.(regInput), output.(regOutput)
	match := !in.cas || st.reg.rev <= in.want
	switch {
	case in.read:
		return st.reg == out.reg, st
	case out.failed:
		return !match, st
	}
	return match && in.prev == st.seqn, regState{out.reg, out.seqn}
}

// linearizable checks the operations of a schedule, register by register.
func (c *Cluster) linearizable() {
	for key := range uint8(c.p.Keys) {
		steps := maxSearch
		good := linear(registerHistory(c.ops, key, c.check.fate), &steps)
		if steps < 0 {
			c.tally.Unfinished++
		}
		if !good {
			c.fail("linearizability: the history of register %d is not linearizable", key)
			return
		}
	}
}

// linear reports whether a history is linearizable, as far as so many steps tell.
func linear(history []porcupine.Operation, steps *int) bool {
	return narrow(history) && porcupine.CheckOperations(regModel(steps), thin(history))
}

// registerHistory is what the operations say of one register. What had no
// effect, what failed for what other registers hold, and reads without an answer,
// say nothing. Of a write whose client does not know its outcome, the log does
// (fate): it happened at any time after its call.
func registerHistory(ops []*op, key uint8, fate func(*op) (int64, int32)) []porcupine.Operation {
	var out []porcupine.Operation
	for _, o := range ops {
		known := o.end != 0 && o.status == consensus.OK
		rec := porcupine.Operation{Call: o.start, Return: o.end}
		if !known {
			rec.Return = never
		}
		switch {
		case o.read && known:
			rec.Input, rec.Output = regInput{read: true}, regOutput{reg: o.got[key]}
		case o.read, o.class != key:
			continue
		default:
			seqn, code := o.seqn, o.code
			if !known {
				seqn, code = fate(o)
			}
			if !known && (seqn == 0 || code != codeOK) || code != codeOK && code != codeMismatch {
				continue
			}
			rec.Input = regInput{cas: o.mut.rev != clobber, want: o.mut.rev}
			rec.Output = regOutput{failed: true}
			if code == codeOK {
				rec.Output = regOutput{reg: o.leaves(seqn), seqn: seqn}
			}
		}
		out = append(out, rec)
	}
	return out
}
