package consensus

import (
	"encoding/binary"
	"testing"
)

// FuzzStep feeds a member whatever its peers, and a stranger, may say. It must
// not panic, and its memory must stay within its bounds.
func FuzzStep(f *testing.F) {
	f.Add([]byte("0000000000000000000000000000000000000000"))
	f.Add([]byte{1, 3, 2, 1, 1, 0, 0, 1, 7, 3, 1, 1, 1, 0, 0, 1, 2, 8, 1, 9, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := New(Config{Self: "b", Alpha: 16}, State{Configs: []Membership{
			{From: 1, Members: []ID{"a", "b", "c"}}, {From: 7, Members: []ID{"b", "d"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		senders := []ID{"a", "c", "d", "stranger"}
		for _, id := range senders {
			m.LinkUp(1, id)
		}
		now := int64(1)
		for ; len(data) >= 8; data = data[8:] {
			msg := fuzzMessage(data)
			m.Step(now, senders[data[7]%4], []Message{msg})
			if data[7]&4 != 0 {
				m.Propose(now, uint64(now), []byte("mine"))
				m.Read(now, uint64(now))
			}
			if data[7]&8 != 0 {
				now += int64(data[7]) * ms
				m.Tick(now)
			}
			settle(m, now)
		}
		if len(m.nodes) > 16 || m.log.next > 1000 {
			t.Fatal("grew")
		}
	})
}

func fuzzMessage(b []byte) Message {
	msg := Message{
		Kind: Kind(b[0] % 20), Lo: int64(b[1] % 40), Round: int64(b[3] % 8), VRound: int64(b[4] % 8), Num: int64(b[5]), Flag: b[6]&1 != 0,
	}
	msg.Hi = msg.Lo + int64(b[2]%6)
	if b[6]&2 != 0 {
		msg.Value = []byte("value")
	}
	if b[6]&4 != 0 {
		msg.Lo = int64(binary.LittleEndian.Uint64(b))
	}
	if b[6]&8 != 0 {
		msg.Hi = int64(binary.BigEndian.Uint64(b))
	}
	if b[6]&16 != 0 {
		msg.IDs = []ID{"a", "b", "zzz"}
	}
	return msg
}

func settle(m *Machine, now int64) {
	loops := 0
	for {
		if loops++; loops > 1000 {
			panic("never settles")
		}
		entries, _, ok := m.Entries()
		if !ok {
			break
		}
		m.Applied(now, make([]int32, len(entries)), nil)
	}
	var out Output
	m.Take(&out)
}
