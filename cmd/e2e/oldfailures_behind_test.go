package e2e

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// A laggard catches up, and does not hang for ever: a member that sleeps past what the
// others keep takes a snapshot, and goes on in its slot. Who watched there from before the gap is told.
func TestLaggardCatchesUp(t *testing.T) {
	t.Parallel()
	small := []string{"-hist", "100", "-histbytes", "1000000"}
	nodes := startCluster(t, 3, small...)
	sleeper := nodes[2]
	slot := slotOf(t, nodes[0].c, sleeper.id)
	w, err := sleeper.c.Watch(timed(t), "/big", 0)
	assert.Equal(t, nil, err)
	defer w.Close()
	sleeper.signal(syscall.SIGSTOP)
	const writes = 300 // far more than the others keep for it, and than waits in its sockets
	value := string(make([]byte, 1<<19))
	for range writes {
		set(t, nodes[0].c, "/big", client.Clobber, value)
	}
	rev := set(t, nodes[0].c, "/last", client.Clobber, "")
	woke := time.Now()
	sleeper.signal(syscall.SIGCONT)
	_, at := get(t, sleeper.c, "/last")
	t.Logf("it had caught up %v after it woke", ms(time.Since(woke)))
	assert.Equal(t, rev, at)
	got := 0
	for err == nil {
		_, err = w.Next()
		got++
	}
	fails(t, client.ErrTooLate, err)
	assert.T(t, got < writes, got)
	sleeper.logged(t, "took a snapshot") // it did not get all from the others
	assert.Equal(t, slot, joined(t, nodes[0].c, sleeper))
	for i, n := range nodes {
		rev = set(t, n.c, "/after", client.Clobber, n.name)
		_, at = get(t, nodes[(i+1)%3].c, "/after")
		assert.Equal(t, rev, at)
	}
}

// A newcomer can join when the history was trimmed long ago: it attaches, and becomes a
// member like any other.
func TestNewcomerJoinsLongAfterTrim(t *testing.T) {
	t.Parallel()
	a := startNode(t, "A", "-hist", "500")
	first := set(t, a.c, "/first", client.Missing, "still here")
	from := set(t, a.c, "/begin", client.Missing, "")
	r := record(t, from+1, a.addr)
	l := newLoad(t, 0)
	l.through(a.addr, 16)
	eventually(t, "much was written", func() error {
		l.mu.Lock()
		defer l.mu.Unlock()
		if len(l.acked) < 5000 {
			return fmt.Errorf("%d writes", len(l.acked))
		}
		return nil
	})
	l.end()
	_, _, err := a.c.Get(timed(t), "/first", client.At(first))
	fails(t, client.ErrTooLate, err)
	b := startNode(t, "B", "-a", a.addr, "-hist", "500")
	c := startNode(t, "C", "-a", b.addr, "-hist", "500") // by way of a follower
	for i, n := range []*node{b, c} {
		got, rev := get(t, n.c, "/first")
		assert.Equal(t, "still here", got)
		assert.Equal(t, first, rev)
		set(t, n.c, fmt.Sprintf("/ctl/cal/%d", i+1), client.Missing, "")
	}
	joined(t, a.c, b)
	joined(t, a.c, c)
	verify(t, l, r, a, b, c)
	a.kill() // the two that came later go on without it
	set(t, b.c, "/last", client.Missing, "")
	_, rev := get(t, c.c, "/last")
	assert.NotEqual(t, int64(client.Missing), rev)
}
