package server

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// Held answers, cancelled, doubled and cut off at random: every request that was not cancelled is answered once,
// and nothing is left of a connection.
func TestHeldCheckinsAtRandom(t *testing.T) {
	h := start(t, func(cfg *Config) { cfg.MaxOutstanding, cfg.MaxStreams = 64, 20 })
	h.node.write(t, set(t, "/ctl/lease", "200ms"), set(t, "/ctl/sess/s", ""))
	var all sync.WaitGroup
	for seed := range uint64(24) {
		all.Go(func() {
			r := rand.New(rand.NewPCG(seed, 7))
			for range 4 {
				c := dial(t, h)
				asked, answered := map[int32]bool{}, map[int32]int{}
				for tag := int32(1); tag < 300; tag++ {
					q := a(checkin).path("s").rev(-1)
					switch r.IntN(6) {
					case 0:
						other := 1 + r.Int32N(tag)
						q = a(cancel).otherTag(other)
						delete(asked, other)
					case 1:
						q = a(txn).step(stepSet, "/x", -1, "v").step(stepDel, "/ctl/sess/none", -1, "")
					case 2:
						q = a(proto.Request_STATUS)
					}
					c.send(q.tag(tag))
					if q.m.GetVerb() != cancel {
						asked[tag] = true
					}
				}
				if r.IntN(2) == 0 {
					c.in.Close()
					continue
				}
				for left := true; left; {
					answered[c.recv().GetTag()]++
					left = false
					for tag := range asked {
						left = left || answered[tag] == 0
					}
				}
				for tag, n := range answered {
					if n != 1 {
						t.Errorf("tag %d was answered %d times", tag, n)
					}
				}
				c.in.Close()
			}
		})
	}
	all.Wait()
	until(t, "nothing is left", func() bool { return h.srv.clients() == 0 })
}

// ESET refuses what SET refuses, in the same words.
func TestEsetRefusesAsSetDoes(t *testing.T) {
	h := furnished(t)
	h.node.write(t, set(t, "/ctl/sess/s", ""))
	c := dial(t, h)
	for _, path := range []string{"/", "/d", "/a/x", "/a", "/new"} {
		for _, rev := range []int64{0, 1, -2, -1 << 63} {
			c.send(a(write).path(path).rev(rev))
			want := show(c.recv())
			if strings.Contains(want, "rev ") {
				h.node.write(t, del(t, path))
				continue
			}
			c.send(a(eset).path(path).rev(rev).session("s"))
			if got := show(c.recv()); got != want {
				t.Errorf("ESET %s at %d: %s; SET: %s", path, rev, got, want)
			}
		}
	}
}

// doc/proto.md: a CHECKIN with another rev than 0 prolongs, and a wrong number of steps is OTHER.
func TestSaidInProto(t *testing.T) {
	h := start(t, nil)
	h.node.write(t, set(t, "/ctl/lease", "200ms"), set(t, "/ctl/sess/s", ""))
	c := dial(t, h)
	c.send(a(checkin).path("s").rev(-2))
	if got := show(c.recv()); got != "flags 3" && got != "flags 3 REV_MISMATCH" {
		t.Error("CHECKIN with -2: ", got)
	}
	c.send(a(txn))
	if got := show(c.recv()); got != "flags 3 "+tooSteps {
		t.Error("TXN without steps: ", got)
	}
}

// outstanding.go: streams weigh nothing, for they may last. A held CHECKIN does, and can stop its connection
// for half a lease, so that not even CANCEL is read.
func TestHeldCheckinWeighsNothing(t *testing.T) {
	h := start(t, func(cfg *Config) { cfg.MaxWriting = 8 << 10 })
	name := strings.Repeat("s", 4000)
	h.node.write(t, set(t, "/ctl/lease", "6s"), set(t, "/ctl/sess/"+name, ""))
	c := dial(t, h)
	begun := time.Now()
	for tag := range int32(2) {
		c.send(a(checkin).tag(tag).path(name).rev(-1))
		c.expectSlots(h, int(tag)+1)
	}
	c.send(a(self).tag(9))
	c.expect(`tag 9 flags 3 value "0123456789abcdef"`)
	took := time.Since(begun)
	assert.T(t, took < time.Second, fmt.Sprint("SELF was answered after ", took))
}
