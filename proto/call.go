package proto

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// The fields of a Request, as bits of Call.Has: bit n is field n.
const (
	HasTag      = 1 << 1
	HasVerb     = 1 << 2
	HasPath     = 1 << 4
	HasValue    = 1 << 5
	HasOtherTag = 1 << 6
	HasOffset   = 1 << 7
	HasLimit    = 1 << 8
	HasRev      = 1 << 9
	HasSession  = 1 << 16
	HasLocal    = 1 << 17
	HasSteps    = 1 << 18
)

// Call is a Request laid flat. The generated message keeps each optional
// number behind a pointer and so allocates up to nine times a request; Call
// allocates nothing. Its byte slices are parts of the frame that it was
// decoded from.
type Call struct {
	Has      uint32 // which fields are there: the bits above
	Verb     Request_Verb
	Tag      int32
	OtherTag int32
	Offset   int32
	Limit    int32
	Rev      int64
	Local    bool
	Path     []byte
	Value    []byte
	Session  []byte
	Steps    []CallStep // valid until the next Decode
}

// All reports whether all the fields in bits are there.
func (c *Call) All(bits uint32) bool { return c.Has&bits == bits }

var (
	errWireType    = errors.New("wrong wire type")
	errFieldNumber = errors.New("number out of range")
)

// Decode makes c the Request that frame holds. It accepts what
// Request.UnmarshalVT accepts, but for numbers beyond the wire format.
func (c *Call) Decode(frame []byte) error {
	*c = Call{Steps: c.Steps[:0]}
	for len(frame) > 0 {
		num, typ, n := protowire.ConsumeTag(frame)
		if n < 0 {
			return fmt.Errorf("request: %w", protowire.ParseError(n))
		}
		if num > protowire.MaxValidNumber {
			return fmt.Errorf("request, field %d: %w", num, errFieldNumber)
		}
		frame = frame[n:]
		n, err := c.field(num, typ, frame)
		if err != nil {
			return fmt.Errorf("request, field %d: %w", num, err)
		}
		frame = frame[n:]
	}
	return nil
}

// field takes one field's value off the front of b, and returns its length.
// The last of several values holds; unknown fields are passed over.
func (c *Call) field(num protowire.Number, typ protowire.Type, b []byte) (int, error) {
	var want protowire.Type
	switch num {
	case 1, 2, 6, 7, 8, 9, 17:
		want = protowire.VarintType
	case 4, 5, 16, 18:
		want = protowire.BytesType
	default:
		n := protowire.ConsumeFieldValue(num, typ, b)
		return n, protowire.ParseError(n)
	}
	if typ != want {
		return 0, errWireType
	}
	c.Has |= 1 << num
	if want == protowire.BytesType {
		v, n := protowire.ConsumeBytes(b)
		if n < 0 {
			return n, protowire.ParseError(n)
		}
		return n, c.setBytes(num, v)
	}
	v, n := protowire.ConsumeVarint(b)
	c.setNumber(num, v)
	return n, protowire.ParseError(n)
}

func (c *Call) setBytes(num protowire.Number, v []byte) error {
	switch num {
	case 4:
		c.Path = v
	case 5:
		c.Value = v
	case 16:
		c.Session = v
	case 18:
		return c.addStep(v)
	}
	return nil
}

func (c *Call) setNumber(num protowire.Number, v uint64) {
	switch num {
	case 1:
		c.Tag = int32(v)
	case 2:
		c.Verb = Request_Verb(v)
	case 6:
		c.OtherTag = int32(v)
	case 7:
		c.Offset = int32(v)
	case 8:
		c.Limit = int32(v)
	case 9:
		c.Rev = int64(v)
	case 17:
		c.Local = v != 0
	}
}
