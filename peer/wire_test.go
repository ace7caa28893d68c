package peer

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
)

// The generated code is the twin of the codec.

func toProto(msgs []consensus.Message) *proto.Frame {
	f := new(proto.Frame)
	for _, m := range msgs {
		f.Msgs = append(f.Msgs, &proto.Msg{Kind: uint32(m.Kind), Lo: m.Lo, Span: m.Hi - m.Lo, Round: m.Round,
			Vround: m.VRound, Num: m.Num, Value: m.Value, Ids: m.IDs, Flag: m.Flag})
	}
	return f
}

func fromProto(f *proto.Frame) []consensus.Message {
	var msgs []consensus.Message
	for _, m := range f.Msgs {
		msg := consensus.Message{Kind: consensus.Kind(m.Kind), Lo: m.Lo, Hi: m.Lo + m.Span, Round: m.Round,
			VRound: m.Vround, Num: m.Num, Value: m.Value, IDs: m.Ids, Flag: m.Flag}
		if len(msg.Value) == 0 {
			msg.Value = nil
		}
		msgs = append(msgs, msg)
	}
	return msgs
}

func encode(f *frame) []byte { return proto.AppendFrame(nil, f)[4:] }

var someMsgs = []consensus.Message{
	{Kind: consensus.Nominate, Lo: 16390, Hi: 16391, Round: 1, Value: []byte("hello")},
	{Kind: consensus.Beat, Lo: 7, Hi: 9, IDs: []string{"a", "", "bcd"}, Flag: true},
	{Kind: consensus.Passed, Num: 1 << 40, Lo: 1 << 50, Round: 127},
	{Kind: consensus.Reject, Lo: 1, Hi: 500, Round: 7, VRound: 3},
	{Kind: consensus.Value, Lo: 1, Hi: 2, Value: bytes.Repeat([]byte{7}, 300)},
	{},
}

func TestFrameEncodesAsGenerated(t *testing.T) {
	f, rest := nextFrame(someMsgs)
	assert.Equal(t, 0, len(rest))
	got := encode(&f)
	exp, err := toProto(someMsgs).MarshalVT()
	assert.Equal(t, nil, err)
	assert.Equal(t, exp, got)
	back, err := decodeFrame(got, nil)
	assert.Equal(t, nil, err)
	assert.Equal(t, fmt.Sprint(someMsgs), fmt.Sprint(back))
}

func TestNextFrameSplits(t *testing.T) {
	big := consensus.Message{Kind: consensus.Value, Lo: 1, Hi: 2, Value: make([]byte, 3*splitBytes)}
	small := consensus.Message{Kind: consensus.Ask, Num: 1}
	msgs := []consensus.Message{small, big, small}
	for range 3 * splitMsgs {
		msgs = append(msgs, small)
	}
	var counts []int
	for rest := msgs; len(rest) > 0; {
		var f frame
		f, rest = nextFrame(rest)
		counts = append(counts, len(f.msgs))
		assert.T(t, len(f.msgs) == 1 || len(encode(&f)) <= splitBytes)
	}
	assert.Equal(t, []int{1, 1, splitMsgs, splitMsgs, splitMsgs, 1}, counts)
}

func TestDecodeBounds(t *testing.T) {
	_, err := decodeFrame(bytes.Repeat([]byte{1<<3 | 2, 0}, maxMsgs), nil)
	assert.Equal(t, nil, err)
	_, err = decodeFrame(bytes.Repeat([]byte{1<<3 | 2, 0}, maxMsgs+1), nil)
	assert.NotEqual(t, nil, err)
	_, err = decodeFrame(encode(oneFrame(consensus.Message{IDs: make([]string, maxIDs)})), nil)
	assert.Equal(t, nil, err)
	_, err = decodeFrame(encode(oneFrame(consensus.Message{IDs: make([]string, maxIDs+1)})), nil)
	assert.NotEqual(t, nil, err)
	_, err = decodeFrame(encode(oneFrame(consensus.Message{IDs: []string{"TOOLONGTOBEANIDXX"}})), nil)
	assert.Equal(t, true, errors.Is(err, errTooLong))
}

func oneFrame(msg consensus.Message) *frame {
	f, _ := nextFrame([]consensus.Message{msg})
	return &f
}

func FuzzDecodeFrame(f *testing.F) {
	seed, _ := nextFrame(someMsgs)
	f.Add(encode(&seed))
	f.Add([]byte{1<<3 | 2, 2, 1 << 3, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := decodeFrame(b, nil)
		twin := new(proto.Frame)
		if err != nil || twin.UnmarshalVT(b) != nil {
			return // longer ids than there are, for example, are refused
		}
		exp := fromProto(twin)
		if fmt.Sprint(exp) != fmt.Sprint(got) {
			t.Fatalf("generated: %v\ndecoded: %v", exp, got)
		}
		for rest := got; len(rest) > 0; {
			var one frame
			one, rest = nextFrame(rest)
			again, err := decodeFrame(encode(&one), nil)
			if err != nil || fmt.Sprint(again) != fmt.Sprint(one.msgs) {
				t.Fatalf("%v came back as %v, %v", one.msgs, again, err)
			}
		}
	})
}
