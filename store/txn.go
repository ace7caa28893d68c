package store

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// MaxSteps is how many steps a transaction may have. Its values together may be as
// large as one value, MaxValue.
const MaxSteps = 128

// Step is one step of a transaction.
type Step struct {
	Kind  StepKind
	Path  string
	Value []byte // of a Set
	Rev   int64  // what is compared with; see StepKind
}

// StepKind says what a step does.
type StepKind byte

// The kinds of steps. Set and Del compare as EncodeSet and EncodeDel do.
const (
	Check StepKind = iota // the file's revision is exactly Rev; Missing: there is none; Clobber: there is one
	Set
	Del
)

// StepError says which step of a transaction, counted from 0, could not be done.
type StepError struct {
	Step int
	Err  error
}

// Error counts from 1, as people do.
func (e *StepError) Error() string { return fmt.Sprintf("step %d: %v", e.Step+1, e.Err) }

// Unwrap returns what is wrong with the step.
func (e *StepError) Unwrap() error { return e.Err }

// EncodeTxn makes the mutation that does all steps at one revision, or none of
// them. Each step is judged on the tree as it was before: so a transaction cannot
// make a directory of a file, or a file of a directory. No path is set or deleted twice.
//
// Errors: ErrTxnSteps, ErrTxnNames, ErrValueTooLarge of all values together; and a *StepError
// of ErrBadPath, ErrValueTooLarge, ErrBadStep, or ErrNotDir, of a set below another one.
func EncodeTxn(steps []Step) ([]byte, error) {
	if len(steps) == 0 || len(steps) > MaxSteps {
		return nil, fmt.Errorf("%w: %d", ErrTxnSteps, len(steps))
	}
	size := 1
	for i := range steps {
		if err := steps[i].check(); err != nil {
			return nil, &StepError{i, err}
		}
		size += len(steps[i].Path) + len(steps[i].Value) + 2*binary.MaxVarintLen64
	}
	b := append(make([]byte, 0, size), formTxn)
	for i := range steps {
		b = steps[i].append(b)
	}
	if _, err := decodeTxn(b[1:]); err != nil { // what concerns several steps
		return nil, err
	}
	return b, nil
}

// recordKind is how the steps' kinds are told in records.
func (k StepKind) recordKind() byte {
	switch k {
	case Set:
		return kindSet
	case Del:
		return kindDel
	}
	return kindCheck
}

func (s *Step) check() error {
	if s.Kind > Del || s.Kind != Set && len(s.Value) > 0 {
		return ErrBadStep
	}
	if err := CheckPath(s.Path); err != nil {
		return err
	}
	if s.Kind == Check && s.Rev < Clobber {
		return fmt.Errorf("%w: revision %d", ErrBadStep, s.Rev)
	}
	return nil
}

// append adds the step: the length of what follows, the revision, the record.
func (s *Step) append(b []byte) []byte {
	var rev [binary.MaxVarintLen64]byte
	n := binary.PutVarint(rev[:], s.Rev)
	size := n + 1 + uvarintLen(len(s.Path)) + len(s.Path) + len(s.Value)
	b = binary.AppendUvarint(b, uint64(size))
	b = append(b, rev[:n]...)
	return appendRecord(b, s.Kind.recordKind(), s.Path, s.Value)
}

// decodeTxn takes apart what follows a transaction's form. Its records are copies:
// one that is kept must not keep the others alive.
func decodeTxn(b []byte) ([]op, error) {
	var steps []op
	values, names := 0, 0
	for len(b) > 0 {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) || n != uvarintLen(int(size)) {
			return nil, ErrBadMutation
		}
		if len(steps) == MaxSteps {
			return nil, ErrTxnSteps
		}
		o, err := decodeStep(slices.Clone(b[n : n+int(size)]))
		if err != nil {
			return nil, &StepError{len(steps), err}
		}
		b = b[n+int(size):]
		steps = append(steps, o)
		if values += len(o.rec.value()); values > MaxValue {
			return nil, ErrValueTooLarge
		}
		if names += depth(o.path); names > MaxTxnNames {
			return nil, ErrTxnNames
		}
	}
	if len(steps) == 0 {
		return nil, ErrTxnSteps
	}
	return steps, checkApart(steps)
}

func decodeStep(b []byte) (op, error) {
	rev, n := binary.Varint(b)
	if n <= 0 || n != varintLen(rev) || n == len(b) {
		return op{}, ErrBadMutation
	}
	o, err := decodeRecord(b[n:], rev, kindCheck)
	if err == nil && o.rec.kind() == kindCheck && rev < Clobber {
		err = ErrBadStep
	}
	return o, err
}

// checkApart sees to it that no two steps write one path, and that none sets a
// file where another one needs a directory. Then each can be judged by itself.
func checkApart(steps []op) error {
	writes := make([]int, 0, len(steps))
	for i := range steps {
		if steps[i].rec.kind() != kindCheck {
			writes = append(writes, i)
		}
	}
	slices.SortFunc(writes, func(a, b int) int { return compareNames(steps[a].path, steps[b].path) })
	above := -1 // the last set: what lies below it comes next to it
	for k, i := range writes {
		if k > 0 && steps[i].path == steps[writes[k-1]].path {
			return &StepError{max(i, writes[k-1]), fmt.Errorf("%w: the path is written twice", ErrBadStep)}
		}
		if steps[i].rec.kind() != kindSet {
			continue
		}
		if above >= 0 && strings.HasPrefix(steps[i].path, inside(steps[above].path)) {
			return &StepError{i, ErrNotDir}
		}
		above = i
	}
	return nil
}

// compareNames orders paths name by name: what lies below a path follows it.
func compareNames(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		switch x, y := a[i], b[i]; {
		case x == y:
		case x == '/':
			return -1
		case y == '/':
			return 1
		default:
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}
