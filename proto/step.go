package proto

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// The fields of a Step, as bits of CallStep.Has: bit n is field n.
const (
	StepHasKind  = 1 << 1
	StepHasPath  = 1 << 2
	StepHasValue = 1 << 3
	StepHasRev   = 1 << 4
)

// CallStep is a Step laid flat, as Call is a Request.
type CallStep struct {
	Has   uint32
	Kind  Step_Kind
	Rev   int64
	Path  []byte
	Value []byte
}

// addStep decodes a step. Of too many, one more than MaxSteps is kept.
func (c *Call) addStep(b []byte) error {
	if len(c.Steps) <= MaxSteps {
		c.Steps = append(c.Steps, CallStep{})
	}
	s := &c.Steps[len(c.Steps)-1]
	*s = CallStep{}
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		if num > protowire.MaxValidNumber {
			return fmt.Errorf("field %d: %w", num, errFieldNumber)
		}
		b = b[n:]
		n, err := s.field(num, typ, b)
		if err != nil {
			return fmt.Errorf("field %d: %w", num, err)
		}
		b = b[n:]
	}
	return nil
}

// field takes one field's value off the front of b, and returns its length.
func (s *CallStep) field(num protowire.Number, typ protowire.Type, b []byte) (int, error) {
	switch {
	case num < 1 || num > 4:
		n := protowire.ConsumeFieldValue(num, typ, b)
		return n, protowire.ParseError(n)
	case (num == 1 || num == 4) && typ == protowire.VarintType:
		v, n := protowire.ConsumeVarint(b)
		if num == 1 {
			s.Kind = Step_Kind(v)
		} else {
			s.Rev = int64(v)
		}
		s.Has |= 1 << num
		return n, protowire.ParseError(n)
	case (num == 2 || num == 3) && typ == protowire.BytesType:
		v, n := protowire.ConsumeBytes(b)
		if num == 2 {
			s.Path = v
		} else {
			s.Value = v
		}
		s.Has |= 1 << num
		return n, protowire.ParseError(n)
	}
	return 0, errWireType
}
