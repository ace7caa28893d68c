package peer

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/ha/doozer/consensus"
)

var (
	errTooMany   = errors.New("too many of them")
	errTooLong   = errors.New("too long")
	errWireType  = errors.New("wrong wire type")
	errBadNumber = errors.New("number out of range")
)

// decodeFrame appends the messages of a frame to msgs. Values are copied, each
// once; nothing else of b is kept.
func decodeFrame(b []byte, msgs []consensus.Message) ([]consensus.Message, error) {
	for count := 0; len(b) > 0; count++ {
		f, n, err := consumeField(b)
		if err != nil {
			return msgs, fmt.Errorf("frame: %w", err)
		}
		b = b[n:]
		switch {
		case f.num != 1:
			continue
		case f.typ != protowire.BytesType:
			return msgs, fmt.Errorf("frame: %w", errWireType)
		case count >= maxMsgs:
			return msgs, fmt.Errorf("frame: messages: %w", errTooMany)
		}
		msgs = append(msgs, consensus.Message{})
		if err := decodeMsg(f.bytes, &msgs[len(msgs)-1]); err != nil {
			return msgs, fmt.Errorf("message: %w", err)
		}
	}
	return msgs, nil
}

// decodeMsg decodes into msg, which is zero.
func decodeMsg(b []byte, msg *consensus.Message) error {
	span := int64(0)
	for len(b) > 0 {
		f, n, err := consumeField(b)
		if err != nil {
			return err
		}
		b = b[n:]
		switch f.num {
		case 1, 2, 3, 4, 5, 6, 9:
			err = setNumber(msg, &span, &f)
		case 7, 8:
			err = setBytes(msg, &f)
		}
		if err != nil {
			return fmt.Errorf("field %d: %w", f.num, err)
		}
	}
	msg.Hi = msg.Lo + span
	return nil
}

func setNumber(msg *consensus.Message, span *int64, f *wireField) error {
	if f.typ != protowire.VarintType {
		return errWireType
	}
	switch f.num {
	case 1:
		if f.number > uint64(^consensus.Kind(0)) {
			return errBadNumber
		}
		msg.Kind = consensus.Kind(f.number)
	case 2:
		msg.Lo = int64(f.number)
	case 3:
		*span = int64(f.number)
	case 4:
		msg.Round = int64(f.number)
	case 5:
		msg.VRound = int64(f.number)
	case 6:
		msg.Num = int64(f.number)
	case 9:
		msg.Flag = f.number != 0
	}
	return nil
}

func setBytes(msg *consensus.Message, f *wireField) error {
	switch {
	case f.typ != protowire.BytesType:
		return errWireType
	case f.num == 7:
		msg.Value = append([]byte(nil), f.bytes...)
	case len(msg.IDs) >= maxIDs:
		return errTooMany
	case len(f.bytes) > idLen:
		return errTooLong
	default:
		msg.IDs = append(msg.IDs, string(f.bytes))
	}
	return nil
}

// wireField is one field as it stands on the wire.
type wireField struct {
	num    protowire.Number
	typ    protowire.Type
	number uint64 // of a varint
	bytes  []byte // of a length-delimited field: a part of the input
}

// consumeField takes a field off the front of b, and returns its length.
func consumeField(b []byte) (f wireField, n int, err error) {
	f.num, f.typ, n = protowire.ConsumeTag(b)
	if n < 0 {
		return f, 0, protowire.ParseError(n)
	}
	k := 0
	switch f.typ {
	case protowire.VarintType:
		f.number, k = protowire.ConsumeVarint(b[n:])
	case protowire.BytesType:
		f.bytes, k = protowire.ConsumeBytes(b[n:])
	default:
		k = protowire.ConsumeFieldValue(f.num, f.typ, b[n:])
	}
	if k < 0 {
		return f, 0, protowire.ParseError(k)
	}
	return f, n + k, nil
}
