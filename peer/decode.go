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
		m, n, err := nextMsg(b)
		if err != nil {
			return msgs, fmt.Errorf("frame: %w", err)
		}
		b = b[n:]
		if m == nil {
			continue
		}
		if count >= maxMsgs {
			return msgs, fmt.Errorf("frame: messages: %w", errTooMany)
		}
		msgs = append(msgs, consensus.Message{})
		if err := decodeMsg(m, &msgs[len(msgs)-1]); err != nil {
			return msgs, fmt.Errorf("message: %w", err)
		}
	}
	return msgs, nil
}

// nextMsg takes a field off the front of a frame, and returns its length; m is nil if it is
// no message.
func nextMsg(b []byte) (m []byte, n int, err error) {
	num, typ, n := protowire.ConsumeTag(b)
	if n < 0 {
		return nil, 0, protowire.ParseError(n)
	}
	k := 0
	switch {
	case num != 1:
		k = protowire.ConsumeFieldValue(num, typ, b[n:])
	case typ != protowire.BytesType:
		return nil, 0, errWireType
	default:
		m, k = protowire.ConsumeBytes(b[n:])
	}
	if k < 0 {
		return nil, 0, protowire.ParseError(k)
	}
	return m, n + k, nil
}

// The tags of a message's fields: number and wire type in one.
const (
	tagKind   = 1<<3 | uint64(protowire.VarintType)
	tagLo     = 2<<3 | uint64(protowire.VarintType)
	tagSpan   = 3<<3 | uint64(protowire.VarintType)
	tagRound  = 4<<3 | uint64(protowire.VarintType)
	tagVRound = 5<<3 | uint64(protowire.VarintType)
	tagNum    = 6<<3 | uint64(protowire.VarintType)
	tagValue  = 7<<3 | uint64(protowire.BytesType)
	tagID     = 8<<3 | uint64(protowire.BytesType)
	tagFlag   = 9<<3 | uint64(protowire.VarintType)
)

// decodeMsg decodes into msg, which is zero.
func decodeMsg(b []byte, msg *consensus.Message) error {
	var kind, flag, span int64
	for len(b) > 0 {
		tag, n := varint(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		var err error
		switch tag {
		case tagKind:
			n = number(b, &kind)
		case tagLo:
			n = number(b, &msg.Lo)
		case tagSpan:
			n = number(b, &span)
		case tagRound:
			n = number(b, &msg.Round)
		case tagVRound:
			n = number(b, &msg.VRound)
		case tagNum:
			n = number(b, &msg.Num)
		case tagFlag:
			n = number(b, &flag)
		case tagValue:
			n = value(b, msg)
		case tagID:
			n, err = id(b, msg)
		default:
			n, err = unknown(tag, b, tagFlag)
		}
		if n < 0 {
			err = protowire.ParseError(n)
		}
		if err != nil {
			return fmt.Errorf("field %d: %w", tag>>3, err)
		}
		b = b[n:]
	}
	if uint64(kind) > uint64(^consensus.Kind(0)) {
		return fmt.Errorf("field 1: %w", errBadNumber)
	}
	msg.Kind, msg.Flag, msg.Hi = consensus.Kind(kind), flag != 0, msg.Lo+span
	return nil
}

// varint is protowire.ConsumeVarint, and quicker for the small.
func varint(b []byte) (uint64, int) {
	if len(b) > 0 && b[0] < 0x80 {
		return uint64(b[0]), 1
	}
	return protowire.ConsumeVarint(b)
}

// Each of these takes a field's value off the front of b, and returns its length: below 0 for
// one of protowire's errors.

func number(b []byte, to *int64) int {
	v, n := varint(b)
	*to = int64(v)
	return n
}

func value(b []byte, msg *consensus.Message) int {
	v, n := protowire.ConsumeBytes(b)
	msg.Value = append([]byte(nil), v...)
	return n
}

func id(b []byte, msg *consensus.Message) (int, error) {
	v, n := protowire.ConsumeBytes(b)
	switch {
	case len(msg.IDs) >= maxIDs:
		return n, errTooMany
	case len(v) > idLen:
		return n, errTooLong
	}
	msg.IDs = append(msg.IDs, string(v))
	return n, nil
}

// unknown passes over a field that a later release may send. Numbers up to that of the tag last are
// known, and of another type.
func unknown(tag uint64, b []byte, last uint64) (int, error) {
	num, typ := protowire.DecodeTag(tag)
	switch {
	case num < protowire.MinValidNumber:
		return 0, errBadNumber
	case tag>>3 <= last>>3:
		return 0, errWireType
	}
	return protowire.ConsumeFieldValue(num, typ, b), nil
}
