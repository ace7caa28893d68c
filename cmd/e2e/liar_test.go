package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// A stranger who says that it knows more than all members is not believed,
// though the cluster stands still: what it tells, a node does not learn.
func TestStrangerIsNoSource(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3)
	victim := nodes[1]
	from := set(t, nodes[0].c, "/begin", client.Missing, "")
	r := record(t, from+1, nodes[0].addr)
	evil, err := store.EncodeSet("/evil", nil, store.Clobber)
	assert.Equal(t, nil, err)
	c := stranger(t, victim, 1)
	for range 50 { // half a second: longer than any patience of consensus
		now, err := victim.c.Rev(timed(t), client.Local())
		assert.Equal(t, nil, err)
		f := &proto.Frame{Msgs: []*proto.Msg{
			{Kind: uint32(consensus.Beat), Lo: 1 << 40},
			{Kind: uint32(consensus.Behind), Lo: 1 << 40},
		}}
		for s := now + 1; s < now+50; s++ {
			f.Msgs = append(f.Msgs, &proto.Msg{Kind: uint32(consensus.Value), Lo: s, Span: 1, Value: evil})
		}
		put(c, proto.AppendFrame(nil, f))
		pause(10 * time.Millisecond)
	}
	for _, n := range nodes {
		_, rev := get(t, n.c, "/evil")
		assert.Equal(t, int64(client.Missing), rev)
	}
	assert.T(t, !strings.Contains(victim.stderr.String(), "snapshot"), "it asked the stranger for a snapshot")
	l := newLoad(t, time.Millisecond)
	l.through(nodes[0].addr, 4)
	l.through(nodes[2].addr, 4)
	l.measure(300 * time.Millisecond)
	survivorsKnow(t, l, nodes)
	verify(t, l, r, nodes...)
}
