package server

import (
	"fmt"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// txn serves TXN.
func (c *conn) txn(i int32) error {
	var steps [proto.MaxSteps + 1]store.Step
	size := 0
	for k := range c.call.Steps {
		st, err := newStep(&c.call.Steps[k])
		if err != nil {
			return &store.StepError{Step: k, Err: err}
		}
		if size += len(st.Value); size > c.cfg.MaxValue {
			return store.ErrValueTooLarge
		}
		steps[k] = st
	}
	m, err := store.EncodeTxn(steps[:len(c.call.Steps)])
	return c.propose(i, m, err)
}

// newStep is a step as the store takes it; its path and value lie in the frame.
func newStep(s *proto.CallStep) (store.Step, error) {
	st := store.Step{Path: borrow(s.Path), Value: s.Value, Rev: s.Rev}
	switch {
	case s.Has&proto.StepHasKind == 0:
		return st, missing("kind")
	case s.Has&proto.StepHasPath == 0:
		return st, missing("path")
	case s.Has&proto.StepHasRev == 0:
		return st, missing("rev")
	}
	switch s.Kind {
	case proto.Step_CHECK:
		st.Kind = store.Check
	case proto.Step_SET:
		st.Kind = store.Set
	case proto.Step_DEL:
		st.Kind = store.Del
	default:
		return st, fmt.Errorf("%w: kind %d", store.ErrBadStep, s.Kind)
	}
	return st, nil
}
