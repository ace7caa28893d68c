package proto

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// The limits and the port that everyone starts from.
const (
	MaxFrame    = 4 << 20 // bytes of a message in a frame, without its header
	MaxValue    = 1 << 20 // bytes of a file's value, or of all in a transaction
	MaxSteps    = 128     // of a transaction
	DefaultPort = "8046"  // where a node listens unless told otherwise
)

// headerLen is the number of bytes before a message.
const headerLen = 4

// ErrFrameTooBig says that a header announces more than the limit.
var ErrFrameTooBig = errors.New("frame too big")

// Marshaler is what every generated message has.
type Marshaler interface {
	SizeVT() int
	MarshalToSizedBufferVT(b []byte) (int, error)
}

// AppendFrame appends the frame that carries m to dst, in one pass and with
// no copy of the message.
func AppendFrame(dst []byte, m Marshaler) []byte {
	n := m.SizeVT()
	at := len(dst)
	dst = slices.Grow(dst, headerLen+n)[:at+headerLen+n]
	binary.BigEndian.PutUint32(dst[at:], uint32(n))
	if wrote, err := m.MarshalToSizedBufferVT(dst[at+headerLen:]); err != nil || wrote != n {
		panic(fmt.Sprintf("proto: a message of %d bytes was encoded as %d: %v", n, wrote, err))
	}
	return dst
}

// NextFrame splits the first frame's message off buf. While the frame is not
// whole, frame is nil and rest is buf; an empty message is not nil. max is
// the longest message that is accepted, in bytes: a header that announces
// more is ErrFrameTooBig, however little follows it.
func NextFrame(buf []byte, max int) (frame, rest []byte, err error) {
	if len(buf) < headerLen {
		return nil, buf, nil
	}
	n := binary.BigEndian.Uint32(buf)
	if uint64(n) > uint64(max) {
		return nil, buf, fmt.Errorf("%w: %d bytes, and %d is the limit", ErrFrameTooBig, n, max)
	}
	end := headerLen + int(n)
	if len(buf) < end {
		return nil, buf, nil
	}
	return buf[headerLen:end:end], buf[end:], nil
}
