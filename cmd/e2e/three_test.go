package e2e

import (
	"fmt"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// Three nodes as the README starts them; any one takes writes, and any
// one shows them at once.
func TestThreeNodes(t *testing.T) {
	t.Parallel()
	a := startNode(t, "A")
	b := startNode(t, "B", "-a", a.addr)
	c := startNode(t, "C", "-a", a.addr, "-a", b.addr)
	follows(t, a, b) // they are no members yet
	follows(t, a, c)
	prints(t, a.addr, "doozer add /ctl/cal/1 </dev/null")
	prints(t, a.addr, "doozer add /ctl/cal/2 </dev/null")
	slots := map[string]bool{}
	nodes := []*node{a, b, c}
	for _, n := range nodes {
		slots[joined(t, a.c, n)] = true
	}
	assert.Equal(t, map[string]bool{"/ctl/cal/0": true, "/ctl/cal/1": true, "/ctl/cal/2": true}, slots)
	for i, to := range nodes {
		for _, from := range nodes {
			path := fmt.Sprintf("/from/%s/to/%s", from.name, to.name)
			rev := set(t, to.c, path, client.Missing, fmt.Sprint(i))
			got, at := get(t, from.c, path)
			assert.Equal(t, fmt.Sprint(i), got)
			assert.Equal(t, rev, at)
		}
	}
}

// follows checks that a node that is no member serves reads, writes and
// watches.
func follows(t *testing.T, member, n *node) {
	t.Helper()
	assert.Equal(t, "", slotOf(t, n.c, n.id))
	w, err := n.c.Watch(timed(t), "/f/*", 0)
	assert.Equal(t, nil, err)
	defer w.Close()
	path := "/f/" + n.name
	rev := set(t, n.c, path, client.Missing, "by way of it")
	got, at := get(t, member.c, path)
	assert.Equal(t, "by way of it", got)
	assert.Equal(t, rev, at)
	_, err = n.c.Set(timed(t), path, client.Missing, nil)
	fails(t, client.ErrRevMismatch, err)
	second := set(t, member.c, path, rev, "directly")
	got, at = get(t, n.c, path)
	assert.Equal(t, "directly", got)
	assert.Equal(t, second, at)
	for _, want := range []int64{rev, second} {
		ev, err := w.Next()
		assert.Equal(t, nil, err)
		assert.Equal(t, want, ev.Rev)
	}
	assert.Equal(t, nil, n.c.Nop(timed(t)))
	assert.Equal(t, nil, n.c.Del(timed(t), path, second))
	_, at = get(t, member.c, path)
	assert.Equal(t, int64(client.Missing), at)
}
