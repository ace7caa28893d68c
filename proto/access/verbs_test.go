package access

import (
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// A new verb has to be put in the table, by somebody who thinks about it.
func TestEachVerbIsInTheTable(t *testing.T) {
	for number, name := range proto.Request_Verb_name {
		_, listed := needs(proto.Request_Verb(number))
		assert.T(t, listed, name, "is not in the table of what verbs need")
	}
}

func TestNeeds(t *testing.T) {
	want := map[Level][]proto.Request_Verb{
		Nothing: {proto.Request_ACCESS, proto.Request_CANCEL, proto.Request_REV, proto.Request_SELF, proto.Request_PEER},
		Read: {proto.Request_GET, proto.Request_STAT, proto.Request_GETDIR, proto.Request_WALK, proto.Request_WAIT,
			proto.Request_WATCH, proto.Request_STATUS, proto.Request_PROGRESS},
		Write: {proto.Request_SET, proto.Request_DEL, proto.Request_ESET, proto.Request_CHECKIN, proto.Request_NOP,
			proto.Request_TXN, 36, 77, -1, 1<<31 - 1}, // and some that nobody knows
	}
	for need, verbs := range want {
		for _, verb := range verbs {
			for _, level := range []Level{Nothing, Read, Write} {
				assert.Equal(t, level >= need, level.Allows(verb), verb, level)
			}
		}
	}
}

func BenchmarkAllows(b *testing.B) {
	verbs := []proto.Request_Verb{proto.Request_GET, proto.Request_SET, proto.Request_WATCH, proto.Request_REV}
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		if verb := verbs[i%4]; Read.Allows(verb) != (verb != proto.Request_SET) {
			b.Fatal(verb)
		}
		i++
	}
}
