package peer

import (
	"math/rand/v2"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/server"
)

// line of a test: a Completer that only has to be told from others.
type someone struct{ name int }

func (*someone) Complete(uint64, int64, error) {}
func (*someone) Flush()                        {}

func TestFairQueueTakesTurns(t *testing.T) {
	a, b, c := &someone{0}, &someone{1}, &someone{2}
	var q fairQueue
	for tag := range uint64(3) {
		assert.T(t, q.push(0, server.Proposal{To: a, Tag: tag, Mutation: []byte("x")}))
	}
	q.push(0, server.Proposal{To: b, Tag: 10})
	q.push(0, server.Proposal{To: c, Tag: 20})
	q.push(0, server.Proposal{To: c, Tag: 21})
	var tags []uint64
	for w, ok := q.pop(); ok; w, ok = q.pop() {
		tags = append(tags, w.p.Tag)
	}
	assert.Equal(t, []uint64{0, 10, 20, 1, 21, 2}, tags)
	assert.Equal(t, 0, q.bytes)
}

func TestFairQueueBounds(t *testing.T) {
	var q fairQueue
	to := &someone{0}
	big := make([]byte, 1<<20)
	n := 0
	for q.push(0, server.Proposal{To: to, Mutation: big}) {
		n++
	}
	assert.Equal(t, maxWaitingBytes>>20+1, n)
	q = fairQueue{}
	for n = 0; q.push(0, server.Proposal{To: to}); n++ {
	}
	assert.Equal(t, maxWaiting, n)
}

// Against a dumb twin: whatever is pushed and popped, each line keeps its
// order, nothing is lost, and nobody waits for more than one of each other line.
func TestFairQueueTwin(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		var q fairQueue
		people := []*someone{{0}, {1}, {2}, {3}}
		twin := make([][]uint64, len(people))
		skipped := make([]int, len(people))
		for i := range uint64(300) {
			if rnd.IntN(2) == 0 {
				who := rnd.IntN(len(people))
				q.push(int64(i), server.Proposal{To: people[who], Tag: i})
				twin[who] = append(twin[who], i)
				continue
			}
			w, ok := q.popOld(int64(i) - 150)
			old := ok
			if !ok {
				w, ok = q.pop()
			}
			if !ok {
				for _, line := range twin {
					assert.Equal(t, 0, len(line))
				}
				continue
			}
			p := w.p
			who := p.To.(*someone).name
			assert.Equal(t, twin[who][0], p.Tag)
			assert.Equal(t, old, old && p.Tag < i-150)
			twin[who] = twin[who][1:]
			for j := range people {
				if skipped[j]++; j == who || len(twin[j]) == 0 || old {
					skipped[j] = 0
				}
				assert.T(t, skipped[j] < len(people), skipped)
			}
		}
	}
}

func TestSlab(t *testing.T) {
	var s slab[string]
	a, b := s.put("a"), s.put("b")
	assert.Equal(t, "a", s.take(a))
	c := s.put("c")
	assert.Equal(t, a, c)
	assert.Equal(t, "b", s.take(b))
	assert.Equal(t, "c", s.take(c))
	assert.Equal(t, 0, s.n)
}

// A connection that always has something waiting must not make its line grow.
func TestFairQueueDoesNotGrow(t *testing.T) {
	var q fairQueue
	to := &someone{0}
	q.push(0, server.Proposal{To: to})
	for range 1 << 16 {
		q.push(0, server.Proposal{To: to})
		q.pop()
	}
	assert.T(t, cap(q.lines[to].items) < 1000, cap(q.lines[to].items))
}
