package peer

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/server"
	"github.com/ha/doozer/store"
)

// together runs f for 0 to n-1, many at a time.
func together(t *testing.T, n int, f func(i int) error) {
	t.Helper()
	slots, errs := make(chan struct{}, 200), make(chan error, n)
	for i := range n {
		slots <- struct{}{}
		go func() { errs <- f(i); <-slots }()
	}
	for range n {
		assert.Equal(t, nil, <-errs)
	}
}

// Many sessions that fall silent at once end a lease later, not one lotful a lease: that the
// members were busy ending some is no sleep. A member that is alone has nobody to stand in.
func TestManySessionsExpireAtOnce(t *testing.T) {
	for _, members := range []int{1, 3} {
		t.Run(fmt.Sprint(members), func(t *testing.T) { expireMany(t, members) })
	}
}

func expireMany(t *testing.T, members int) {
	const lease, n, files = 2 * time.Second, 700, 60
	nodes := leased(t, members, time.Hour)
	c := nodes[0].dial(t)
	together(t, n, func(i int) error {
		name := fmt.Sprint("s", i)
		if err := c.Checkin(t.Context(), name, client.Missing); err != nil {
			return err
		}
		for k := range files {
			if _, err := c.SetEphemeral(t.Context(), fmt.Sprintf("/e/%s/%d", name, k), client.Missing, nil, name); err != nil {
				return err
			}
		}
		return nil
	})
	together(t, n, func(i int) error { // as a CHECKIN does, whose answer would be held back
		_, err := c.Set(t.Context(), fmt.Sprint("/ctl/sess/s", i), client.Clobber, nil)
		return err
	})
	_, err := c.Set(t.Context(), server.LeasePath, store.Clobber, []byte(lease.String()))
	assert.Equal(t, nil, err)
	begun, left := time.Now(), n
	until(t, "all have ended", func() bool {
		if now, _ := nodes[0].Store.View().Stat("/ctl/sess"); now < left {
			left = now
			t.Log(left, "left after", time.Since(begun).Round(time.Millisecond))
		}
		return left == 0
	})
	took := time.Since(begun)
	until(t, "all is cleared", func() bool { return !here(nodes[0], "/ctl/gone") && !here(nodes[0], "/e") })
	t.Logf("ended after %v, cleared after %v", took, time.Since(begun))
	assert.T(t, took < 3*lease, took)
}

// A silent session ends, too, in a cluster with many ephemeral files in which other sessions end all the
// time. To clear away what those left takes a while; that is no sleep.
func TestExpiryWhileClearing(t *testing.T) {
	const lease, links = server.MinLease, 400_000
	nodes := leased(t, 1, lease)
	c := nodes[0].dial(t)
	together(t, links/client.MaxSteps, func(i int) error {
		tx := new(client.Txn)
		for k := range client.MaxSteps {
			tx.Set(fmt.Sprintf("/ctl/link/services/%d/%d", i, k), client.Missing, []byte("somebody"))
		}
		_, err := c.Commit(t.Context(), tx)
		return err
	})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ends := 0
	var busy sync.WaitGroup
	busy.Go(func() {
		for ctx.Err() == nil {
			if c.Checkin(ctx, "other", client.Missing) == nil {
				c.Del(ctx, "/ctl/sess/other", client.Clobber)
				ends++
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
	assert.Equal(t, nil, nodes[0].dial(t).Checkin(t.Context(), "silent", client.Missing))
	begun := time.Now()
	for here(nodes[0], "/ctl/sess/silent") && time.Since(begun) < 10*time.Second {
		time.Sleep(5 * time.Millisecond)
	}
	took := time.Since(begun)
	stop()
	busy.Wait()
	t.Logf("it took %v, in which %d other sessions ended", took, ends)
	assert.T(t, took < 4*lease, took)
}

// A short history ends the members' own watches of the sessions; that must not keep silent sessions alive.
func TestShortHistoryExpiresSessions(t *testing.T) {
	const lease = 2 * time.Second
	nodes := cluster(t, 1, func(attach ...string) Config {
		cfg := testConfig(attach...)
		cfg.History = 20
		return cfg
	})
	c := nodes[0].dial(t)
	_, err := c.Set(t.Context(), server.LeasePath, store.Clobber, []byte(lease.String()))
	assert.Equal(t, nil, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var busy sync.WaitGroup
	for i := range 30 {
		busy.Go(func() { // a session that is well, and is prolonged now and then; other writes
			name := fmt.Sprint("s", i)
			c.Checkin(ctx, name, client.Missing)
			for ctx.Err() == nil {
				c.Set(ctx, "/ctl/sess/"+name, client.Clobber, []byte("0"))
				for range 3 {
					c.Set(ctx, "/x", client.Clobber, nil)
				}
				time.Sleep(20 * time.Millisecond)
			}
		})
	}
	assert.Equal(t, nil, c.Checkin(t.Context(), "silent", client.Missing))
	begun := time.Now()
	for here(nodes[0], "/ctl/sess/silent") && time.Since(begun) < 5*lease {
		time.Sleep(5 * time.Millisecond)
	}
	took := time.Since(begun)
	stop()
	busy.Wait()
	t.Logf("it took %v", took)
	assert.T(t, took < 2*lease, took)
}

// A client that checks in again on each answer, as it is told to, keeps its session when the lease becomes shorter.
func TestShorterLeaseLosesNobody(t *testing.T) {
	nodes := cluster(t, 1, testConfig) // 6 s
	c := nodes[0].dial(t)
	assert.Equal(t, nil, c.Checkin(t.Context(), "s", client.Missing))
	ctx, stop := context.WithCancel(t.Context())
	lost := make(chan error, 1)
	go func() { lost <- alive(ctx, c, "s") }()
	until(t, "it is prolonged", func() bool { return nodes[0].file("/ctl/sess/s") != "" })
	time.Sleep(100 * time.Millisecond)
	_, err := c.Set(t.Context(), server.LeasePath, store.Clobber, []byte("1s"))
	assert.Equal(t, nil, err)
	select {
	case err := <-lost:
		t.Fatal("lost:", err)
	case <-time.After(4 * time.Second):
	}
	stop()
	assert.Equal(t, nil, <-lost)
}

// What is noted of renewals is bounded by the sessions, not by how often and for how long each was prolonged.
func TestRenewalsTakeNoRoom(t *testing.T) {
	s := newSessions()
	for now := range int64(1_000_000) {
		s.saw(now, "s", now+1)
		if now%100 == 0 {
			s.expired(now, 3_600_000_000_000, maxEnding)
		}
	}
	assert.T(t, len(s.queue) < 10_000, len(s.queue))
}

// A directory under /ctl/sess is no session: that a file in it goes must not block a name for ever.
func TestDirectoryOfSessionsBlocksNoName(t *testing.T) {
	nodes := leased(t, 1, 300*time.Millisecond)
	c := nodes[0].dial(t)
	_, err := c.Set(t.Context(), "/ctl/sess/a/b", client.Clobber, nil)
	assert.Equal(t, nil, err)
	assert.Equal(t, nil, c.Del(t.Context(), "/ctl/sess/a/b", client.Clobber))
	for end := time.Now().Add(3 * time.Second); here(nodes[0], "/ctl/gone/a"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the name a: ", c.Checkin(t.Context(), "a", client.Missing))
		}
	}
}
