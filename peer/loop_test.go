package peer

import (
	"sync/atomic"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/consensus"
)

// counted counts how often it is told.
type counted struct{ n atomic.Int64 }

func (c *counted) Complete(uint64, int64, error) { c.n.Add(1) }
func (c *counted) ReadReady(error)               { c.n.Add(1) }
func (c *counted) Flush()                        {}

// TestNoTurnAfterTheLast: who was about to take a turn when the node ended takes
// none. What was under way was answered, once, and there is no lease.
func TestNoTurnAfterTheLast(t *testing.T) {
	nodes := cluster(t, 2, testConfig)
	nodes[1].kill(t) // one of two: nothing is agreed on any more
	l, r := nodes[0].loop, new(counted)
	l.turning.Lock()
	l.clients.read(l.now, append(l.batch.reads[:0:0], r), l.machine)
	l.turning.Unlock()
	nodes[0].kill(t)
	assert.Equal(t, int64(1), r.n.Load())

	l.turning.Lock()
	defer l.turning.Unlock()
	l.machine.Tick(l.now + int64(2*consensus.DefaultTimeout)) // its answer would come with the next turn
	l.turnLocked()
	assert.Equal(t, int64(1), r.n.Load())
	assert.Equal(t, int64(0), l.node.lease.Load())
}
