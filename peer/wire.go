package peer

import (
	"encoding/binary"
	"math/bits"

	"github.com/ha/doozer/consensus"
)

// The limits of a frame between peers. A sender begins a new one at
// splitBytes, so that a heartbeat never waits behind megabytes; what a
// receiver accepts bounds the memory that one frame can make it use.
const (
	splitBytes = 128 << 10 // a frame is longer only by a single message
	splitMsgs  = 2048
	maxMsgs    = 2 * splitMsgs
	maxIDs     = 64 // in a message
)

// frame is proto.Frame without its intermediate objects: it encodes messages
// as they are.
type frame struct {
	msgs []consensus.Message
	size int // in bytes, encoded
}

// nextFrame takes as many messages off the front of msgs as go in one frame.
func nextFrame(msgs []consensus.Message) (f frame, rest []consensus.Message) {
	n := 0
	for n < len(msgs) && n < splitMsgs {
		size := msgSize(&msgs[n])
		size += 1 + uvarintSize(uint64(size))
		if n > 0 && f.size+size > splitBytes {
			break
		}
		f.size += size
		n++
	}
	f.msgs = msgs[:n]
	return f, msgs[n:]
}

// SizeVT and MarshalToSizedBufferVT make it a proto.Marshaler.
func (f *frame) SizeVT() int { return f.size }

// MarshalToSizedBufferVT writes the frame into the end of b, from its last
// byte to its first: so no length is worked out twice.
func (f *frame) MarshalToSizedBufferVT(b []byte) (int, error) {
	w := backward{b: b, at: len(b)}
	for i := len(f.msgs) - 1; i >= 0; i-- {
		end := w.at
		w.msg(&f.msgs[i])
		w.uvarint(uint64(end - w.at))
		w.byte(1<<3 | 2)
	}
	return len(b) - w.at, nil
}

func uvarintSize(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

// msgSize is the length of msg, encoded.
func msgSize(msg *consensus.Message) int {
	n := 0
	for _, v := range [...]int64{int64(msg.Kind), msg.Lo, msg.Hi - msg.Lo, msg.Round, msg.VRound, msg.Num} {
		if v != 0 {
			n += 1 + uvarintSize(uint64(v))
		}
	}
	if len(msg.Value) > 0 {
		n += 1 + uvarintSize(uint64(len(msg.Value))) + len(msg.Value)
	}
	for _, id := range msg.IDs {
		n += 1 + uvarintSize(uint64(len(id))) + len(id)
	}
	if msg.Flag {
		n += 2
	}
	return n
}

// backward writes into b[:at], from the end.
type backward struct {
	b  []byte
	at int
}

func (w *backward) byte(c byte) {
	w.at--
	w.b[w.at] = c
}

func (w *backward) uvarint(v uint64) {
	w.at -= uvarintSize(v)
	binary.PutUvarint(w.b[w.at:], v)
}

func (w *backward) number(field byte, v int64) {
	if v != 0 {
		w.uvarint(uint64(v))
		w.byte(field << 3)
	}
}

// msg writes the fields, the last one first.
func (w *backward) msg(msg *consensus.Message) {
	if msg.Flag {
		w.byte(1)
		w.byte(9 << 3)
	}
	for i := len(msg.IDs) - 1; i >= 0; i-- {
		w.at -= copy(w.b[w.at-len(msg.IDs[i]):], msg.IDs[i])
		w.uvarint(uint64(len(msg.IDs[i])))
		w.byte(8<<3 | 2)
	}
	if len(msg.Value) > 0 {
		w.at -= copy(w.b[w.at-len(msg.Value):], msg.Value)
		w.uvarint(uint64(len(msg.Value)))
		w.byte(7<<3 | 2)
	}
	w.number(6, msg.Num)
	w.number(5, msg.VRound)
	w.number(4, msg.Round)
	w.number(3, msg.Hi-msg.Lo)
	w.number(2, msg.Lo)
	w.number(1, int64(msg.Kind))
}
