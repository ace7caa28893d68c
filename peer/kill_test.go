package peer

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/proto"
)

// writer writes one file after another, and notes what was acknowledged.
type writer struct {
	name  string
	acked []string
	begun atomic.Bool   // there is one
	pause time.Duration // the longest time between two acknowledgements
}

// run writes until ctx ends or the connection does.
func (w *writer) run(ctx context.Context, c *client.Client) {
	last := time.Now()
	for i := 0; ctx.Err() == nil; i++ {
		path := "/w/" + w.name + "/" + strconv.Itoa(i)
		_, err := c.Set(ctx, path, client.Missing, []byte(path))
		if errors.Is(err, client.ErrLost) {
			return
		}
		if err == nil {
			w.acked = append(w.acked, path)
			w.begun.Store(true)
			w.pause = max(w.pause, time.Since(last))
			last = time.Now()
		}
	}
}

// TestKill kills each of three members in turn under writes to all of them. No
// acknowledged write is lost, the others go on soon, and a spare takes the
// free slot.
func TestKill(t *testing.T) {
	quick := func(attach ...string) Config {
		cfg := testConfig(attach...)
		cfg.Timeout = 700 * time.Millisecond
		return cfg
	}
	nodes := cluster(t, 3, quick)
	var acked []string
	for turn := range 3 {
		spare := start(t, quick(nodes[1].Started.Addr, nodes[2].Started.Addr))
		victim := nodes[0]
		writers := killUnderWrites(t, nodes, strconv.Itoa(turn), func() {
			victim.kill(t)
			nodes = append(nodes[1:], spare)
			replaced(t, nodes, victim.ID)
		})
		for i, w := range writers {
			assert.T(t, len(w.acked) > 0)
			acked = append(acked, w.acked...)
			t.Logf("kill %d: writer at node %d: %d acknowledged, longest pause %v", turn, i, len(w.acked), w.pause)
			assert.T(t, i == 0 || w.pause < 5*time.Second, w.pause)
		}
		for _, r := range nodes {
			assert.Equal(t, nil, r.node.catchUp(t.Context()))
			for _, path := range acked {
				assert.Equal(t, path, r.file(path))
			}
		}
	}
}

// killUnderWrites has a client at each node write while deed is done, and some
// time before and after it.
func killUnderWrites(t *testing.T, nodes []*running, name string, deed func()) []*writer {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var wg sync.WaitGroup
	var writers []*writer
	for i, r := range nodes {
		c := r.dial(t)
		w := &writer{name: name + "-" + strconv.Itoa(i)}
		writers = append(writers, w)
		wg.Go(func() { w.run(ctx, c) })
	}
	rev := func() int64 { return nodes[1].Store.View().Rev() }
	begun := rev()
	until(t, "writes before", func() bool { return rev() > begun+200 })
	for _, w := range writers { // two alone may bring so many
		until(t, "a write of each", w.begun.Load)
	}
	deed()
	begun = rev()
	until(t, "writes after", func() bool { return rev() > begun+200 })
	stop()
	wg.Wait()
	return writers
}

// replaced waits until the three nodes are the members that take writes, and
// nothing is left of the one that is gone.
func replaced(t *testing.T, nodes []*running, gone string) {
	t.Helper()
	for _, r := range nodes {
		until(t, "the spare took the slot", func() bool {
			members := r.members()
			return len(members) == 3 && !slices.Contains(members, gone) && r.file(nodePath(r.ID, "writable")) == "true"
		})
		until(t, "nothing is registered of the dead", func() bool {
			_, err := r.Store.View().Entries(nodeDir+"/"+gone, 0)
			return err != nil
		})
	}
}

// TestFellBehind stops a spare node's loop until nobody keeps any more what it
// lacks: it fetches a snapshot, and goes on.
func TestFellBehind(t *testing.T) {
	short := func(attach ...string) Config {
		cfg := testConfig(attach...)
		cfg.LogSeqns = 2000
		return cfg
	}
	nodes := cluster(t, 3, short)
	spare := start(t, short(nodes[0].Started.Addr))
	until(t, "the spare is registered", func() bool { return nodes[0].file(nodePath(spare.ID, "addr")) != "" })
	release := make(chan struct{})
	spare.node.in.call(func(*loop) { <-release })
	c := nodes[0].dial(t)
	var wg sync.WaitGroup
	var n atomic.Int64
	for range 16 {
		wg.Go(func() {
			for i := n.Add(1); i < 6000; i = n.Add(1) {
				_, err := c.Set(t.Context(), "/n", client.Clobber, []byte("x"))
				assert.Equal(t, nil, err)
			}
		})
	}
	wg.Wait()
	close(release)
	rev, err := c.Set(t.Context(), "/last", client.Clobber, nil)
	assert.Equal(t, nil, err)
	until(t, "the spare caught up", func() bool { return spare.Store.View().Applied() >= rev })
	until(t, "it says how", func() bool { return spare.logs.count("took a snapshot") > 0 })
	d := spare.dial(t)
	_, err = d.Set(t.Context(), "/by/spare", client.Missing, nil)
	assert.Equal(t, nil, err)
}

// TestRemovedAlive takes a live member's slot away: it goes on as a
// follower, registers again and takes an empty slot under the same id.
func TestRemovedAlive(t *testing.T) {
	nodes := cluster(t, 3, testConfig)
	c := nodes[0].dial(t)
	victim := nodes[2]
	slot := ""
	for name, err := range c.Getdir(t.Context(), calDir) {
		assert.Equal(t, nil, err)
		if nodes[0].file(calPath(name)) == victim.ID {
			slot = calPath(name)
		}
	}
	assert.Equal(t, nil, c.Del(t.Context(), slot, client.Clobber))
	assert.Equal(t, nil, c.Del(t.Context(), nodePath(victim.ID, "addr"), client.Clobber))
	until(t, "it registered again", func() bool { return victim.file(nodePath(victim.ID, "addr")) != "" })
	until(t, "it says that it takes no writes", func() bool { return victim.file(nodePath(victim.ID, "writable")) == "" })
	d := victim.dial(t)
	_, err := d.Set(t.Context(), "/as/follower", client.Missing, nil)
	assert.Equal(t, nil, err)
	_, err = c.Set(t.Context(), slot, client.Missing, nil)
	assert.Equal(t, nil, err)
	until(t, "it is a member again", func() bool {
		return len(victim.members()) == 3 && victim.file(nodePath(victim.ID, "writable")) == "true"
	})
	_, err = d.Set(t.Context(), "/as/member", client.Missing, nil)
	assert.Equal(t, nil, err)
}

// A node that begins where a dead member was does not upset the others' links.
func TestSameAddress(t *testing.T) {
	nodes := cluster(t, 3, testConfig)
	addr := nodes[2].Started.Addr
	nodes[2].kill(t)
	cfg := testConfig(nodes[0].Started.Addr)
	cfg.Addr = addr
	again := start(t, cfg)
	for _, r := range nodes[:2] {
		until(t, "it is registered", func() bool { return r.file(nodePath(again.ID, "addr")) == addr })
	}
	conn, err := stranger(t, again, newID(), func(h *proto.Hello) { h.Want = nodes[2].ID })
	assert.Equal(t, nil, err)
	ended(t, conn)
	c := again.dial(t)
	for range int(maxRedial/time.Millisecond) / 8 { // longer than any redial waits
		_, err := c.Set(t.Context(), "/x", client.Clobber, nil)
		assert.Equal(t, nil, err)
		time.Sleep(10 * time.Millisecond)
	}
	for _, r := range nodes[:2] {
		assert.Equal(t, 1, r.logs.count("msg=linked node="+again.ID))
		assert.Equal(t, 0, again.logs.count(`msg="link lost" node=`+r.ID))
	}
}
