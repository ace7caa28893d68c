package server

import (
	"math/rand/v2"
	"testing"

	"github.com/ha/doozer/proto"
)

// TestSlotsAgainstAMap compares slots with a dumb twin: a map from tags to
// what was taken for them.
func TestSlotsAgainstAMap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var s slots
	tags := make(map[int32]int32) // outstanding and neither cancelled nor ended
	taken := make(map[int32]bool) // by slot
	for step := range 50_000 {
		tag := int32(rnd.IntN(200) - 100)
		if step%7 == 0 {
			tag *= 4096 // in one chain with others
		}
		i, known := tags[tag]
		if got := s.find(tag); known && got != i || !known && got != none {
			t.Fatalf("step %d: tag %d is found in slot %d, not %d (%v)", step, tag, got, i, known)
		}
		switch {
		case !known:
			hasTag := rnd.IntN(4) > 0
			i = s.take(tag, hasTag, proto.Request_GET)
			if taken[i] {
				t.Fatalf("step %d: slot %d is taken twice", step, i)
			}
			taken[i] = true
			if hasTag {
				tags[tag] = i
			}
		case rnd.IntN(3) == 0:
			s.silence(i)
			delete(tags, tag)
		default:
			s.give(i)
			delete(tags, tag)
			delete(taken, i)
		}
		if rnd.IntN(50) == 0 {
			for i := range taken { // all that were cancelled or had no tag end
				if !s.all[i].tagged {
					s.give(i)
					delete(taken, i)
				}
			}
		}
		if s.used != len(taken) {
			t.Fatalf("step %d: %d in use, not %d", step, s.used, len(taken))
		}
	}
}

func TestEndingTwiceIsABug(t *testing.T) {
	var s slots
	i := s.take(1, true, proto.Request_GET)
	s.give(i)
	defer func() {
		if recover() == nil {
			t.Error("nobody noticed")
		}
	}()
	s.give(i)
}
