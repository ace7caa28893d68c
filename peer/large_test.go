package peer

import (
	"fmt"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/server"
	"github.com/ha/doozer/store"
)

// A spare node gets more in large writes at once than a link's queue holds:
// none is lost on the way to the member.
func TestLargeWritesThroughFollower(t *testing.T) {
	a := start(t, testConfig())
	b := start(t, testConfig(a.Started.Addr))
	until(t, "b registered", func() bool { return a.file(nodePath(b.ID, "addr")) != "" })
	value := make([]byte, store.MaxValue)
	var ps []server.Proposal
	var ws []waiter
	for i := range 31 {
		mutation, err := store.EncodeSet(fmt.Sprint("/f", i), value, store.Missing)
		assert.Equal(t, nil, err)
		ws = append(ws, newWaiter())
		ps = append(ps, server.Proposal{Mutation: mutation, To: ws[i]})
	}
	b.daemon.node.Propose(ps)
	b.daemon.node.Hurry()
	for _, w := range ws {
		assert.Equal(t, nil, w.wait(t.Context()))
	}
}
