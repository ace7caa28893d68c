package proto

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Answer is a Response laid flat, as Call is a Request: to decode one allocates
// nothing. Its byte slices are parts of the frame that it was decoded from; those
// of fields that are not there are nil.
type Answer struct {
	Tag     int32
	Flags   int32
	Len     int32
	Rev     int64
	Path    []byte
	Value   []byte
	Failed  bool // there is an ErrCode
	ErrCode Response_Err
	Detail  []byte // of the error
}

// Decode makes a the Response that frame holds. It accepts what
// Response.UnmarshalVT accepts, but for numbers beyond the wire format.
func (a *Answer) Decode(frame []byte) error {
	*a = Answer{}
	for len(frame) > 0 {
		num, typ, n := protowire.ConsumeTag(frame)
		if n < 0 {
			return fmt.Errorf("response: %w", protowire.ParseError(n))
		}
		if num > protowire.MaxValidNumber {
			return fmt.Errorf("response, field %d: %w", num, errFieldNumber)
		}
		frame = frame[n:]
		n, err := a.field(num, typ, frame)
		if err != nil {
			return fmt.Errorf("response, field %d: %w", num, err)
		}
		frame = frame[n:]
	}
	return nil
}

// field is like Call's.
func (a *Answer) field(num protowire.Number, typ protowire.Type, b []byte) (int, error) {
	var want protowire.Type
	switch num {
	case 1, 2, 3, 8, 100:
		want = protowire.VarintType
	case 5, 6, 101:
		want = protowire.BytesType
	default:
		n := protowire.ConsumeFieldValue(num, typ, b)
		return n, protowire.ParseError(n)
	}
	if typ != want {
		return 0, errWireType
	}
	if want == protowire.BytesType {
		v, n := protowire.ConsumeBytes(b)
		a.setBytes(num, v)
		return n, protowire.ParseError(n)
	}
	v, n := protowire.ConsumeVarint(b)
	a.setNumber(num, v)
	return n, protowire.ParseError(n)
}

func (a *Answer) setBytes(num protowire.Number, v []byte) {
	switch num {
	case 5:
		a.Path = v
	case 6:
		a.Value = v
	case 101:
		a.Detail = v
	}
}

func (a *Answer) setNumber(num protowire.Number, v uint64) {
	switch num {
	case 1:
		a.Tag = int32(v)
	case 2:
		a.Flags = int32(v)
	case 3:
		a.Rev = int64(v)
	case 8:
		a.Len = int32(v)
	case 100:
		a.Failed, a.ErrCode = true, Response_Err(v)
	}
}
