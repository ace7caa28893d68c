package proto

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/bmizerany/assert"
	//lint:ignore SA1019 the reference that our codec is compared with
	"github.com/golang/protobuf/proto"
)

func TestAppendFrameIsHeaderAndMessage(t *testing.T) {
	m := &Request{Tag: proto.Int32(7), Verb: Request_SET.Enum(), Path: proto.String("/a"), Value: []byte("v")}
	ref, err := proto.Marshal(m)
	assert.Equal(t, nil, err)

	b := AppendFrame([]byte("before"), m)
	assert.Equal(t, "before", string(b[:6]))
	assert.Equal(t, uint32(len(ref)), binary.BigEndian.Uint32(b[6:]))
	got := new(Request)
	assert.Equal(t, nil, proto.Unmarshal(b[10:], got))
	assert.T(t, proto.Equal(m, got))
}

func TestNextFrame(t *testing.T) {
	two := AppendFrame(AppendFrame(nil, &Request{Tag: proto.Int32(1)}), &Request{})
	frame, rest, err := NextFrame(two, MaxFrame)
	assert.Equal(t, nil, err)
	assert.Equal(t, []byte{8, 1}, frame)
	frame, rest, err = NextFrame(rest, MaxFrame)
	assert.Equal(t, nil, err)
	assert.T(t, frame != nil && len(frame) == 0, "an empty message is a frame")
	assert.Equal(t, 0, len(rest))
	for cut := range 6 { // of the first frame: its last byte is missing at 5
		frame, rest, err = NextFrame(two[:cut], MaxFrame)
		assert.Equal(t, nil, err)
		assert.T(t, frame == nil)
		assert.Equal(t, cut, len(rest))
	}
}

func TestNextFrameLimit(t *testing.T) {
	for _, n := range []uint32{11, 1<<31 - 1, 1 << 31, 1<<32 - 1} {
		_, _, err := NextFrame(binary.BigEndian.AppendUint32(nil, n), 10)
		assert.T(t, errors.Is(err, ErrFrameTooBig), n)
	}
	frame, _, err := NextFrame(append(binary.BigEndian.AppendUint32(nil, 10), make([]byte, 10)...), 10)
	assert.Equal(t, nil, err)
	assert.Equal(t, 10, len(frame))
}

// FuzzNextFrame: what the frames hold, put together again, is what was cut.
func FuzzNextFrame(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 9, 0, 0})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		var again []byte
		rest := b
		for {
			frame, next, err := NextFrame(rest, 1000)
			if frame == nil || err != nil {
				break
			}
			again = binary.BigEndian.AppendUint32(again, uint32(len(frame)))
			again = append(again, frame...)
			rest = next
		}
		if !bytes.Equal(append(again, rest...), b) {
			t.Fatalf("%x was cut into something else", b)
		}
	})
}

func TestText(t *testing.T) {
	s := Text(&Request{Verb: Request_GET.Enum(), Path: proto.String("/a")})
	assert.T(t, bytes.Contains([]byte(s), []byte("GET")), s)
}
