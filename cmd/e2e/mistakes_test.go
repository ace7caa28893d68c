package e2e

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
)

// What an operator may write under /ctl by mistake does no lasting harm: slots are
// taken again, and nodes register again.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 3} {
		nodes := startCluster(t, size)
		c := nodes[0].c
		for i, n := range nodes {
			slot := slotOf(t, c, n.id)
			set(t, c, slot, client.Clobber, "")
			expect(t, c, slot, n.id)
			assert.Equal(t, nil, c.Del(timed(t), "/ctl/node/"+n.id+"/addr", client.Clobber))
			expect(t, c, "/ctl/node/"+n.id+"/addr", n.addr)
			assert.Equal(t, nil, c.Del(timed(t), slot, client.Clobber))
			set(t, c, fmt.Sprint("/ctl/cal/new-", i), client.Missing, "")
			expect(t, c, fmt.Sprint("/ctl/cal/new-", i), n.id)
		}
		for i, n := range nodes {
			joined(t, c, n)
			rev := set(t, n.c, "/after", client.Clobber, n.name)
			for _, from := range nodes {
				got, at := get(t, from.c, "/after")
				assert.Equal(t, n.name, got, i)
				assert.Equal(t, rev, at)
			}
		}
	}
}

// Mutations that are none, which any node may pass on, fail, and change nothing.
func TestPassedGarbage(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3)
	from := set(t, nodes[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, nodes[0].addr)
	random := rand.New(rand.NewPCG(7, 8))
	f := new(proto.Frame)
	for i := range 200 {
		f.Msgs = append(f.Msgs, &proto.Msg{Kind: uint32(consensus.Pass), Num: int64(i + 1), Value: noise(random, 1+random.IntN(100))},
			&proto.Msg{Kind: uint32(consensus.Pass), Num: 1<<63 - 1 - int64(i), Value: []byte("/ctl/cal/0")})
	}
	unharmed(t, nodes[0], 2, func() {
		c := stranger(t, nodes[0], 1)
		put(c, proto.AppendFrame(nil, f))
		assert.Equal(t, nil, nodes[0].c.Nop(timed(t)))
		defer c.Close()
	})
	mark := set(t, nodes[2].c, "/end", client.Missing, "")
	for _, ev := range r.upTo(mark) {
		assert.T(t, ev.Path == "/ctl/err" || ev.Path == "/unharmed" || ev.Path == "/end" || ev.Path[:10] == "/ctl/node/", ev)
	}
	for _, n := range nodes {
		_, rev := get(t, n.c, "/end")
		assert.Equal(t, mark, rev)
	}
}

// Whoever takes a member's name and sends nonsense cuts its link; the two
// find each other again.
func TestImpostor(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3)
	l := newLoad(t, 2*time.Millisecond)
	from := set(t, nodes[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, nodes[0].addr)
	for _, n := range nodes {
		l.through(n.addr, 4)
	}
	before, _ := l.measure(500 * time.Millisecond)
	began := time.Now()
	for _, victim := range nodes {
		for _, n := range nodes {
			if n != victim {
				h := hello()
				h.Id = victim.id
				value, err := h.MarshalVT()
				assert.Equal(t, nil, err)
				c, _ := greet(t, n.addr, value)
				put(c, append(header(5), 1, 2, 3, 4, 5))
				ends(t, c)
			}
		}
	}
	after := l.fullSpeed(before)
	_, longest := l.rate(began, time.Now())
	t.Logf("longest pause %v; %d writes a second before, %d after", ms(longest), before, after)
	assert.T(t, longest < maxPause, longest)
	survivorsKnow(t, l, nodes)
	verify(t, l, r, nodes...)
}
