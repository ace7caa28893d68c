package proto

import (
	"bytes"
	"testing"

	"github.com/bmizerany/assert"
	//lint:ignore SA1019 the reference that our codec is compared with
	"github.com/golang/protobuf/proto"
)

// fullAnswer is a response with every field set.
func fullAnswer() *Response {
	return &Response{
		Tag: proto.Int32(-3), Flags: proto.Int32(1 << 30), Rev: proto.Int64(-1), Path: proto.String("/a/b"),
		Value: []byte("value"), Len: proto.Int32(2), ErrCode: Response_OTHER.Enum(), ErrDetail: proto.String("why"),
	}
}

// flatAnswer is the dumb twin of Decode: the generated message, field by field.
func flatAnswer(m *Response) Answer {
	a := Answer{Tag: m.GetTag(), Flags: m.GetFlags(), Len: m.GetLen(), Rev: m.GetRev(), Value: m.Value, Failed: m.ErrCode != nil}
	if m.Path != nil {
		a.Path = []byte(*m.Path)
	}
	if m.ErrCode != nil {
		a.ErrCode = *m.ErrCode
	}
	if m.ErrDetail != nil {
		a.Detail = []byte(*m.ErrDetail)
	}
	return a
}

func sameAnswer(a, b Answer) bool {
	same := func(a, b []byte) bool { return bytes.Equal(a, b) && (a == nil) == (b == nil) }
	return same(a.Path, b.Path) && same(a.Value, b.Value) && same(a.Detail, b.Detail) && a.Tag == b.Tag &&
		a.Flags == b.Flags && a.Len == b.Len && a.Rev == b.Rev && a.Failed == b.Failed && a.ErrCode == b.ErrCode
}

func TestDecodeAnswer(t *testing.T) {
	frame, err := proto.Marshal(fullAnswer())
	assert.Equal(t, nil, err)
	var a Answer
	assert.Equal(t, nil, a.Decode(frame))
	assert.T(t, sameAnswer(flatAnswer(fullAnswer()), a), a)
	assert.Equal(t, nil, a.Decode(nil))
	assert.T(t, sameAnswer(Answer{}, a), "nothing of an earlier answer may stay")
	assert.Equal(t, 0.0, testing.AllocsPerRun(100, func() {
		if err := a.Decode(frame); err != nil {
			t.Fatal(err)
		}
	}))
}

func TestDecodeAnswerRefuses(t *testing.T) {
	for name, frame := range map[string][]byte{
		"half a number":        {0x08},
		"half a string":        {0x2a, 5, 'a'},
		"a length of 2^63":     {0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
		"a string for a tag":   {0x0a, 1, 'a'},
		"a number for a path":  {0x28, 1},
		"field number 0":       {0x00, 1},
		"field number 2^29":    {0x80, 0x80, 0x80, 0x80, 0x10, 1},
		"an end without begin": {0x0c},
	} {
		var a Answer
		assert.T(t, a.Decode(frame) != nil, name)
	}
}

// FuzzDecodeAnswer compares Answer with the generated decoders: what it accepts
// they understand alike, and what they write it accepts.
func FuzzDecodeAnswer(f *testing.F) {
	seed, _ := fullAnswer().MarshalVT()
	f.Add(seed)
	f.Add([]byte{0x08, 1, 0x08, 2, 0x32, 0, 0xa0, 0x06, 0, 0xf8, 0x07, 1})
	f.Fuzz(func(t *testing.T, frame []byte) {
		var a Answer
		var m Response
		errFlat, errVT := a.Decode(frame), m.UnmarshalVT(frame)
		if errFlat == nil && (errVT != nil || !sameAnswer(flatAnswer(&m), a)) {
			t.Fatalf("%x is %+v, and to the generated decoder %v, %v", frame, a, &m, errVT)
		}
		if errFlat == nil && proto.Unmarshal(frame, new(Response)) != nil {
			t.Fatalf("%x is no response to the reference", frame)
		}
		if errVT != nil {
			return
		}
		m.ProtoReflect().SetUnknown(nil)
		again, err := m.MarshalVT()
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Decode(again); err != nil || !sameAnswer(flatAnswer(&m), a) {
			t.Fatalf("%x, written again as %x, is %+v, %v", frame, again, a, err)
		}
	})
}
