package proto

import (
	"fmt"
	"testing"

	//lint:ignore SA1019 the reference that our codec is compared with
	"github.com/golang/protobuf/proto"
)

// benchRequests are what clients ask for most.
var benchRequests = []struct {
	msg string
	m   *Request
}{
	{"get", &Request{Tag: proto.Int32(77), Verb: Request_GET.Enum(), Path: proto.String("/bench/key")}},
	{"set", &Request{Tag: proto.Int32(77), Verb: Request_SET.Enum(), Path: proto.String("/bench/key"), Rev: proto.Int64(-1), Value: make([]byte, 64)}},
	{"txn", &Request{Tag: proto.Int32(77), Verb: Request_TXN.Enum(), Steps: []*Step{
		{Kind: Step_CHECK.Enum(), Path: proto.String("/bench/lock"), Rev: proto.Int64(1 << 20)},
		{Kind: Step_SET.Enum(), Path: proto.String("/bench/a"), Rev: proto.Int64(-1), Value: make([]byte, 64)},
		{Kind: Step_SET.Enum(), Path: proto.String("/bench/b"), Rev: proto.Int64(-1), Value: make([]byte, 64)},
	}}},
}

// benchResponses are the answers, and a change that a watch shows.
var benchResponses = []struct {
	msg string
	m   *Response
}{
	{"set", &Response{Tag: proto.Int32(77), Flags: proto.Int32(3), Rev: proto.Int64(1 << 20)}},
	{"get", &Response{Tag: proto.Int32(77), Flags: proto.Int32(3), Rev: proto.Int64(1 << 20), Value: make([]byte, 64)}},
	{"event", &Response{Tag: proto.Int32(77), Flags: proto.Int32(5), Rev: proto.Int64(1 << 20), Path: proto.String("/bench/key"), Value: make([]byte, 64)}},
	{"error", &Response{Tag: proto.Int32(77), Flags: proto.Int32(3), ErrCode: Response_OTHER.Enum(), ErrDetail: proto.String("no quorum")}},
}

// BenchmarkDecodeRequest is Call beside the code that is generated.
func BenchmarkDecodeRequest(b *testing.B) {
	for _, q := range benchRequests {
		frame := AppendFrame(nil, q.m)[headerLen:]
		var c Call
		b.Run(fmt.Sprintf("msg=%s/by=hand", q.msg), func(b *testing.B) { each(b, func() error { return c.Decode(frame) }) })
		var m Request
		b.Run(fmt.Sprintf("msg=%s/by=generated", q.msg), func(b *testing.B) {
			each(b, func() error {
				m.Reset()
				return m.UnmarshalVT(frame)
			})
		})
	}
}

// BenchmarkDecodeResponse is Answer beside the code that is generated.
func BenchmarkDecodeResponse(b *testing.B) {
	for _, r := range benchResponses {
		frame := AppendFrame(nil, r.m)[headerLen:]
		var a Answer
		b.Run(fmt.Sprintf("msg=%s/by=hand", r.msg), func(b *testing.B) { each(b, func() error { return a.Decode(frame) }) })
		var m Response
		b.Run(fmt.Sprintf("msg=%s/by=generated", r.msg), func(b *testing.B) {
			each(b, func() error {
				m.Reset()
				return m.UnmarshalVT(frame)
			})
		})
	}
}

func each(b *testing.B, decode func() error) {
	b.ReportAllocs()
	for b.Loop() {
		if err := decode(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAppendFrame encodes what clients ask, and what they are answered.
func BenchmarkAppendFrame(b *testing.B) {
	for _, q := range benchRequests {
		b.Run("msg=ask-"+q.msg, func(b *testing.B) { appendFrames(b, q.m) })
	}
	for _, r := range benchResponses {
		b.Run("msg=answer-"+r.msg, func(b *testing.B) { appendFrames(b, r.m) })
	}
}

func appendFrames(b *testing.B, m Marshaler) {
	buf := AppendFrame(nil, m)
	b.ReportAllocs()
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		buf = AppendFrame(buf[:0], m)
	}
}

// BenchmarkNextFrame splits 64 frames that arrived together.
func BenchmarkNextFrame(b *testing.B) {
	var all []byte
	for range 64 {
		all = AppendFrame(all, benchRequests[1].m)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(all)))
	for b.Loop() {
		n := 0
		for rest := all; len(rest) > 0; n++ {
			var err error
			if _, rest, err = NextFrame(rest, MaxFrame); err != nil {
				b.Fatal(err)
			}
		}
		if n != 64 {
			b.Fatal(n)
		}
	}
}
