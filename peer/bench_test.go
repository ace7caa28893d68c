package peer

import (
	"fmt"
	"testing"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
)

// benchTurns are what a turn says to one peer, message by message. A batch of votes, of skips or of what is
// learned is mostly one message, that names many seqns: but where several members write at the same time.
var benchTurns = []struct {
	msg  string
	make func(seqn int64) consensus.Message
}{
	{"nominate", func(s int64) consensus.Message {
		return consensus.Message{Kind: consensus.Nominate, Lo: s, Hi: s + 1, Round: 1, Value: make([]byte, 90)}
	}},
	{"vote", func(s int64) consensus.Message {
		return consensus.Message{Kind: consensus.Vote, Lo: s, Hi: s + 1, Round: 1, Num: 6}
	}},
	{"learn", func(s int64) consensus.Message {
		return consensus.Message{Kind: consensus.Learn, Lo: s, Hi: s + 3, Round: 1, Flag: true}
	}},
	{"skip", func(s int64) consensus.Message { return consensus.Message{Kind: consensus.Skip, Lo: s, Hi: s + 2} }},
	{"beat", func(s int64) consensus.Message {
		ids := []string{"TODGJ74JPKBC2L4S", "6MSKHYCO3WEZ2U3L", "LT63TPSNVWVUFM47"}
		return consensus.Message{Kind: consensus.Beat, Lo: s, Hi: s + 1, Num: 1 << 50, IDs: ids}
	}},
}

func eachTurn(b *testing.B, bench func(b *testing.B, msgs []consensus.Message)) {
	for _, turn := range benchTurns {
		for _, batch := range []int{1, 64} {
			var msgs []consensus.Message
			for i := range int64(batch) {
				msgs = append(msgs, turn.make(1<<20+i))
			}
			b.Run(fmt.Sprintf("msg=%s/batch=%d", turn.msg, batch), func(b *testing.B) {
				b.ReportAllocs()
				bench(b, msgs)
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(batch), "ns/msg")
			})
		}
	}
}

// BenchmarkEncode makes a frame of a turn's messages.
func BenchmarkEncode(b *testing.B) {
	eachTurn(b, func(b *testing.B, msgs []consensus.Message) {
		var buf []byte
		var f frame
		for b.Loop() {
			f, _ = nextFrame(msgs)
			buf = proto.AppendFrame(buf[:0], &f)
		}
	})
}

// BenchmarkDecode takes it apart. Values are copied, since the machine keeps them.
func BenchmarkDecode(b *testing.B) {
	eachTurn(b, func(b *testing.B, msgs []consensus.Message) {
		f, _ := nextFrame(msgs)
		buf := encode(&f)
		var back []consensus.Message
		for b.Loop() {
			var err error
			if back, err = decodeFrame(buf, back[:0]); err != nil {
				b.Fatal(err)
			}
		}
		if len(back) != len(msgs) {
			b.Fatal(len(back))
		}
	})
}
