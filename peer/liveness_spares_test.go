package peer

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/consensus"
)

// absent looks on every tick from 1 on, and returns who was to be forgotten when.
func absent(ticks, wait int64, revs func(now int64) map[consensus.ID]int64) string {
	a := absentees{every: 1}
	out := ""
	for now := int64(1); now <= ticks; now++ {
		for _, id := range a.look(now, wait, revs(now)) {
			out += fmt.Sprint(id, now, " ")
		}
	}
	return out
}

func TestAbsentees(t *testing.T) {
	still := func(int64) map[consensus.ID]int64 { return map[consensus.ID]int64{"x": 7, "y": 8} }
	assert.Equal(t, "", absent(100, 100, still))
	assert.Equal(t, "x101 y101 x201 y201 ", absent(250, 100, still))
	// x has a pulse; y had one until 50.
	assert.Equal(t, "y150 y250 ", absent(300, 100, func(now int64) map[consensus.ID]int64 {
		return map[consensus.ID]int64{"x": now / 60, "y": min(now, 50)}
	}))
	// It is a member now and then, or registers again.
	assert.Equal(t, "", absent(300, 100, func(now int64) map[consensus.ID]int64 {
		if now%90 == 0 {
			return nil
		}
		return still(now)
	}))
	a := absentees{every: 1}
	a.look(1, 100, still(1))
	assert.Equal(t, 0, len(a.look(500, 100, still(500)))) // it was asleep itself
	assert.Equal(t, 0, len(a.look(501, 100, still(501))))
}

// What is registered of a spare that died is deleted after the timeout, by the members. One
// that lives stays, though its pulse is slower than that.
func TestDeadSpareIsForgotten(t *testing.T) {
	quick := func(attach ...string) Config {
		cfg := testConfig(attach...)
		cfg.Timeout, cfg.Pulse = 700*time.Millisecond, time.Minute
		return cfg
	}
	nodes := cluster(t, 2, quick)
	lives := start(t, quick(nodes[0].Started.Addr))
	dies := start(t, quick(nodes[1].Started.Addr))
	for _, r := range []*running{lives, dies} {
		until(t, "it is registered", func() bool { return len(registered(nodes[0].Store.View(), r.ID)) == 3 })
	}
	began := time.Now()
	dies.kill(t)
	until(t, "nothing is left of it", func() bool {
		v := nodes[0].Store.View()
		ids, err := v.Entries(nodeDir, 0)
		assert.Equal(t, nil, err)
		return !slices.Contains(slices.Collect(ids), dies.ID)
	})
	t.Logf("forgotten within %v", time.Since(began).Round(time.Millisecond))
	assert.Equal(t, 3, len(registered(nodes[0].Store.View(), lives.ID)))
	assert.Equal(t, 1, lives.logs.count("msg=registered"))
	assert.Equal(t, 1, nodes[0].logs.count("forgot a node that is gone")+nodes[1].logs.count("forgot a node that is gone"))
}

// A node that gave a sign of life since it was judged is not forgotten.
func TestForgetNotTheLiving(t *testing.T) {
	nodes := cluster(t, 1, testConfig)
	id := newID()
	for _, name := range []string{"addr", "applied"} {
		assert.Equal(t, nil, nodes[0].node.set(t.Context(), nodePath(id, name), nil, -1))
	}
	v := nodes[0].Store.View()
	assert.Equal(t, nil, nodes[0].node.set(t.Context(), nodePath(id, "addr"), []byte("127.0.0.1:1"), -1))
	assert.Equal(t, nil, nodes[0].node.forget(t.Context(), v, id))
	assert.Equal(t, 2, len(registered(nodes[0].Store.View(), id)))
	assert.Equal(t, nil, nodes[0].node.forget(t.Context(), nodes[0].Store.View(), id))
	assert.Equal(t, 0, len(registered(nodes[0].Store.View(), id)))
}
