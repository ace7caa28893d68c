package proto

import (
	"bytes"
	"slices"
	"testing"

	"github.com/bmizerany/assert"
	//lint:ignore SA1019 the reference that our codec is compared with
	"github.com/golang/protobuf/proto"
)

// full is a request with every field set.
func full() *Request {
	return &Request{
		Tag: proto.Int32(-3), Verb: Request_ESET.Enum(), Path: proto.String("/a/b"), Value: []byte("value"),
		OtherTag: proto.Int32(1 << 30), Offset: proto.Int32(2), Limit: proto.Int32(-1), Rev: proto.Int64(-1),
		Session: proto.String("s"), Local: proto.Bool(true),
		Steps: []*Step{
			{Kind: Step_SET.Enum(), Path: proto.String("/c"), Value: []byte("v"), Rev: proto.Int64(7)}, {Rev: proto.Int64(-1)}, {},
		},
	}
}

// flat is the dumb twin of Decode: the generated message, field by field.
func flat(m *Request) Call {
	var has uint32
	for bit, is := range map[uint32]bool{
		HasTag: m.Tag != nil, HasVerb: m.Verb != nil, HasPath: m.Path != nil, HasValue: m.Value != nil,
		HasOtherTag: m.OtherTag != nil, HasOffset: m.Offset != nil, HasLimit: m.Limit != nil, HasRev: m.Rev != nil,
		HasSession: m.Session != nil, HasLocal: m.Local != nil, HasSteps: len(m.Steps) > 0,
	} {
		if is {
			has |= bit
		}
	}
	var steps []CallStep
	for i, st := range m.Steps {
		if i <= MaxSteps || i == len(m.Steps)-1 {
			steps = append(steps, flatStep(st))
		}
	}
	if len(steps) > MaxSteps+1 { // of too many, the last stands at the end
		steps = append(steps[:MaxSteps], steps[len(steps)-1])
	}
	return Call{
		Has: has, Verb: m.GetVerb(), Tag: m.GetTag(), OtherTag: m.GetOtherTag(), Offset: m.GetOffset(),
		Limit: m.GetLimit(), Rev: m.GetRev(), Local: m.GetLocal(),
		Path: []byte(m.GetPath()), Value: m.GetValue(), Session: []byte(m.GetSession()),
		Steps: steps,
	}
}

func flatStep(m *Step) CallStep {
	var has uint32
	for bit, is := range map[uint32]bool{
		StepHasKind: m.Kind != nil, StepHasPath: m.Path != nil, StepHasValue: m.Value != nil, StepHasRev: m.Rev != nil,
	} {
		if is {
			has |= bit
		}
	}
	return CallStep{has, m.GetKind(), m.GetRev(), []byte(m.GetPath()), m.GetValue()}
}

func sameStep(a, b CallStep) bool {
	// What is not there has another default in the message.
	kindSame := a.Has&StepHasKind == 0 || a.Kind == b.Kind
	return kindSame && a.Has == b.Has && a.Rev == b.Rev && bytes.Equal(a.Path, b.Path) && bytes.Equal(a.Value, b.Value)
}

func sameCall(a, b Call) bool {
	bytesSame := bytes.Equal(a.Path, b.Path) && bytes.Equal(a.Value, b.Value) && bytes.Equal(a.Session, b.Session)
	return bytesSame && slices.EqualFunc(a.Steps, b.Steps, sameStep) && a.Has == b.Has && a.Verb == b.Verb && a.Tag == b.Tag && a.OtherTag == b.OtherTag &&
		a.Offset == b.Offset && a.Limit == b.Limit && a.Rev == b.Rev && a.Local == b.Local
}

func TestDecodeFull(t *testing.T) {
	frame, err := proto.Marshal(full())
	assert.Equal(t, nil, err)
	var c Call
	assert.Equal(t, nil, c.Decode(frame))
	assert.T(t, sameCall(flat(full()), c), c)
	assert.T(t, c.All(HasTag|HasVerb|HasPath|HasValue|HasOtherTag|HasOffset|HasLimit|HasRev|HasSession|HasLocal|HasSteps))
}

func TestDecodeEmpty(t *testing.T) {
	c := Call{Has: HasTag, Tag: 3}
	assert.Equal(t, nil, c.Decode(nil))
	assert.T(t, sameCall(Call{}, c), "nothing of an earlier request may stay")
}

func TestDecodeRefuses(t *testing.T) {
	for name, frame := range map[string][]byte{
		"half a number":             {0x08},
		"half a string":             {0x22, 5, 'a'},
		"a length of 2^63":          {0x22, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
		"a string for a tag":        {0x0a, 1, 'a'},
		"a number for a path":       {0x20, 1},
		"field number 0":            {0x00, 1},
		"field number 2^29":         {0x80, 0x80, 0x80, 0x80, 0x10, 1},
		"an end without begin":      {0x0c},
		"half a step":               {0x92, 1, 2, 0x08},
		"a step's path as a number": {0x92, 1, 2, 0x10, 1},
		"a step's field 0":          {0x92, 1, 2, 0x00, 1},
	} {
		var c Call
		assert.T(t, c.Decode(frame) != nil, name)
	}
}

// Steps that fill a frame must not fill the memory.
func TestDecodeManySteps(t *testing.T) {
	var c Call
	frame := bytes.Repeat([]byte{0x92, 1, 0}, 1<<20)
	assert.Equal(t, nil, c.Decode(frame))
	assert.T(t, len(c.Steps) == MaxSteps+1 && cap(c.Steps) < 4*MaxSteps, cap(c.Steps))
}

func TestDecodeAllocatesNothing(t *testing.T) {
	frame, _ := full().MarshalVT()
	var c Call
	assert.Equal(t, 0.0, testing.AllocsPerRun(100, func() {
		if err := c.Decode(frame); err != nil {
			t.Fatal(err)
		}
	}))
}

// FuzzDecode compares Call with the generated decoders: what it accepts they
// understand alike, and what they write it accepts.
func FuzzDecode(f *testing.F) {
	seed, _ := full().MarshalVT()
	f.Add(seed)
	f.Add([]byte{0x08, 1, 0x08, 2, 0xf8, 0x07, 1})
	f.Fuzz(func(t *testing.T, frame []byte) {
		var c Call
		var m Request
		errCall, errVT := c.Decode(frame), m.UnmarshalVT(frame)
		if errCall == nil && (errVT != nil || !sameCall(flat(&m), c)) {
			t.Fatalf("%x is %+v, and to the generated decoder %v, %v", frame, c, &m, errVT)
		}
		if errCall == nil && proto.Unmarshal(frame, new(Request)) != nil {
			t.Fatalf("%x is no request to the reference", frame)
		}
		if errVT != nil {
			return
		}
		m.ProtoReflect().SetUnknown(nil)
		for _, st := range m.Steps {
			st.ProtoReflect().SetUnknown(nil)
		}
		again, err := m.MarshalVT()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Decode(again); err != nil || !sameCall(flat(&m), c) {
			t.Fatalf("%x, written again as %x, is %+v, %v", frame, again, c, err)
		}
	})
}
