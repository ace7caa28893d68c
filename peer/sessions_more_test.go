package peer

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/proto"
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
	const lease, n, files = 2 * time.Second, 700, 20
	nodes := leased(t, members, lease)
	c := nodes[0].dial(t)
	together(t, n, func(i int) error {
		tx, name := new(client.Txn), fmt.Sprint("s", i)
		for k := range files { // as ESETs do
			tx.Set(fmt.Sprintf("/e/%s/%d", name, k), client.Missing, nil)
			tx.Set(fmt.Sprintf("/ctl/link/e/%s/%d", name, k), client.Missing, []byte(name))
		}
		_, err := c.Commit(t.Context(), tx)
		return err
	})
	together(t, n, func(i int) error { // as CHECKINs do
		_, err := c.Set(t.Context(), fmt.Sprint("/ctl/sess/s", i), client.Clobber, nil)
		return err
	})
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
	const lease, links = proto.MinLease, 400_000
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
	t.Parallel()
	const lease = 2 * time.Second
	nodes := cluster(t, 1, func(attach ...string) Config {
		cfg := testConfig(attach...)
		cfg.History = 20
		return cfg
	})
	c := nodes[0].dial(t)
	_, err := c.Set(t.Context(), proto.LeasePath, store.Clobber, []byte(lease.String()))
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
	t.Parallel()
	nodes := cluster(t, 1, testConfig) // 6 s
	c := nodes[0].dial(t)
	assert.Equal(t, nil, c.Checkin(t.Context(), "s", client.Missing))
	ctx, stop := context.WithCancel(t.Context())
	lost := make(chan error, 1)
	go func() { lost <- alive(ctx, c, "s") }()
	until(t, "it is prolonged", func() bool { return nodes[0].file("/ctl/sess/s") != "" })
	time.Sleep(100 * time.Millisecond)
	_, err := c.Set(t.Context(), proto.LeasePath, store.Clobber, []byte("1s"))
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
		s.saw("s", life{now + 1, now, 3_600_000_000_000})
		if now%100 == 0 {
			s.expired(now, 3_600_000_000_000, 0, maxEnding)
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

// A member that clears away goes on alone as long as it gets on: the others, who stand by, add nothing but
// failures, each of which takes a revision and a place in the history.
func TestOneMemberClears(t *testing.T) {
	const files = 20_000
	nodes := cluster(t, 3, testConfig) // whose small window makes it take some seconds
	c := nodes[0].dial(t)
	_, err := c.Set(t.Context(), "/ctl/sess/s", client.Missing, nil)
	assert.Equal(t, nil, err)
	go alive(t.Context(), nodes[1].dial(t), "s")
	together(t, files/(client.MaxSteps/2), func(i int) error {
		tx := new(client.Txn)
		for k := range client.MaxSteps / 2 {
			tx.Set(fmt.Sprintf("/e/%d/%d", i, k), client.Missing, nil)
			tx.Set(fmt.Sprintf("/ctl/link/e/%d/%d", i, k), client.Missing, []byte("s"))
		}
		_, err := c.Commit(t.Context(), tx)
		return err
	})
	g, err := store.CompileGlob("/ctl/err")
	assert.Equal(t, nil, err)
	w, err := nodes[0].Store.Watch(g, 0)
	assert.Equal(t, nil, err)
	defer w.Close()
	begun := time.Now()
	assert.Equal(t, nil, c.Del(t.Context(), "/ctl/sess/s", client.Clobber))
	failed := 0
	until(t, "it is cleared", func() bool {
		events, err := w.Next(nil, 1<<20)
		assert.Equal(t, nil, err)
		failed += len(events)
		return !here(nodes[0], "/ctl/gone")
	})
	t.Logf("%d files in %v, with %d failed transactions", files, time.Since(begun), failed)
	assert.T(t, failed < files/100, failed)
}

// The note of a session's end stays until all that it left is gone, also if somebody tied the note to the session.
func TestNoteOutlivesWhatIsLeft(t *testing.T) {
	nodes := cluster(t, 1, testConfig)
	c := nodes[0].dial(t)
	assert.Equal(t, nil, c.Checkin(t.Context(), "s", client.Missing))
	together(t, 1000, func(i int) error {
		_, err := c.SetEphemeral(t.Context(), fmt.Sprint("/e/", i), client.Missing, nil, "s")
		return err
	})
	if _, err := c.Set(t.Context(), "/ctl/link/ctl/gone/s", client.Missing, []byte("s")); err != nil {
		return // it is refused
	}
	assert.Equal(t, nil, c.Del(t.Context(), "/ctl/sess/s", client.Clobber))
	until(t, "the note is gone", func() bool { return !here(nodes[0], "/ctl/gone/s") })
	n, _ := nodes[0].Store.View().Stat("/e")
	assert.Equal(t, 0, n)
}

// Whatever a client wrote under /ctl, what was saved can be restored.
func TestRestoreOddSessions(t *testing.T) {
	files := []store.File{{Path: "/a", Value: []byte("mine")}, {Path: "/ctl/sess/s"}, {Path: "/ctl/gone/s/x"}}
	saved, err := store.Restore(store.Config{}, 9, 9, func(yield func(store.File) bool) {
		for _, f := range files {
			f.Rev = 9
			if !yield(f) {
				return
			}
		}
	})
	assert.Equal(t, nil, err) // such a tree can be
	_ = saved
	r := &Restore{Rev: 100, FromRev: 9, Files: func(yield func(store.File, error) bool) {
		for _, f := range files {
			if !yield(f, nil) {
				return
			}
		}
	}}
	st, _, err := r.tree(t.Context(), store.Config{})
	if err != nil {
		t.Fatal("restore:", err)
	}
	value, _ := st.View().Get("/a")
	assert.Equal(t, "mine", string(value))
}

// A session that begins again after a restart of its whole lease is not taken for silent: what a member saw of an
// earlier session of that name does not count.
func TestNewSessionOfOldName(t *testing.T) {
	t.Parallel()
	const lease = 400 * time.Millisecond
	nodes := leased(t, 3, lease)
	c := nodes[1].dial(t)
	for i := range 30 {
		until(t, "the name is free", func() bool { return c.Checkin(t.Context(), "s", client.Missing) == nil })
		begun := time.Now()
		time.Sleep(lease * time.Duration(i%10) / 12)
		if time.Since(begun) < lease*9/10 {
			assert.T(t, here(nodes[1], "/ctl/sess/s"), i)
		}
		assert.Equal(t, nil, c.Del(t.Context(), "/ctl/sess/s", client.Clobber))
	}
}

// Sessions that are prolonged all the time, by whoever runs, outlive members that stop and go on.
func TestStoppedMembersExpireNobody(t *testing.T) {
	t.Parallel()
	const lease, n = 500 * time.Millisecond, 20
	nodes := leased(t, 3, lease)
	g, err := store.CompileGlob("/ctl/gone/*")
	assert.Equal(t, nil, err)
	w, err := nodes[0].Store.Watch(g, 0)
	assert.Equal(t, nil, err)
	defer w.Close()
	ctx, stop := context.WithCancel(t.Context())
	var busy sync.WaitGroup
	for _, r := range nodes {
		for i := range n {
			busy.Go(func() {
				for ctx.Err() == nil {
					one, end := context.WithTimeout(ctx, 150*time.Millisecond)
					r.node.set(one, fmt.Sprint("/ctl/sess/s", i), nil, store.Clobber)
					end()
					time.Sleep(50 * time.Millisecond)
				}
			})
		}
	}
	for i := range 12 {
		r := nodes[i%3]
		r.loop.turning.Lock()
		time.Sleep(lease / 4 * time.Duration(1+i%7))
		r.loop.turning.Unlock()
		time.Sleep(lease / 5 * time.Duration(1+i%4))
	}
	stop()
	busy.Wait()
	events, err := w.Next(nil, 1<<20)
	assert.Equal(t, nil, err)
	assert.Equal(t, 0, len(events), fmt.Sprint(events))
}

// After all members slept, or no two of them heard each other, a session has a whole lease again, though nothing
// of its client's is on its way.
func TestWholeLeaseAfterSleep(t *testing.T) {
	t.Parallel()
	const lease = 1200 * time.Millisecond
	for _, stopped := range []int{2, 3} {
		nodes := leased(t, 3, lease)
		assert.Equal(t, nil, nodes[0].dial(t).Checkin(t.Context(), "s", client.Missing))
		for _, r := range nodes {
			until(t, "all have it", func() bool { return here(r, "/ctl/sess/s") })
		}
		for _, r := range nodes[:stopped] {
			r.loop.turning.Lock()
		}
		time.Sleep(2 * lease)
		for _, r := range nodes[:stopped] {
			r.loop.turning.Unlock()
		}
		begun := time.Now()
		until(t, "the session ends", func() bool { return !here(nodes[1], "/ctl/sess/s") })
		took := time.Since(begun)
		t.Logf("%d stopped: %v", stopped, took)
		assert.T(t, took > lease*3/4, stopped, took)
	}
}

// What became of a session, or of a file, after a member looked is not undone by what that member does then.
func TestLateDeletions(t *testing.T) {
	nodes := cluster(t, 1, testConfig)
	c, n := nodes[0].dial(t), nodes[0].node
	for _, name := range []string{"s", "t"} {
		assert.Equal(t, nil, c.Checkin(t.Context(), name, client.Missing))
	}
	_, err := c.SetEphemeral(t.Context(), "/e", client.Missing, nil, "s")
	assert.Equal(t, nil, err)
	_, rev := nodes[0].Store.View().Get("/ctl/sess/s")
	r := &registrar{n: n, st: nodes[0].Store, sessions: newSessions(), clock: wakeClock{now: 1}}
	r.sessions.saw("s", life{rev, 0, 1})
	writes, _, err := leavings(nodes[0].Store.View(), map[string]int64{"s": rev}, maxEnding)
	assert.Equal(t, nil, err)
	assert.Equal(t, 1, len(writes))

	_, err = c.Set(t.Context(), "/ctl/sess/s", client.Clobber, nil) // it is prolonged
	assert.Equal(t, nil, err)
	_, err = c.SetEphemeral(t.Context(), "/e", client.Clobber, nil, "t") // and this is another's
	assert.Equal(t, nil, err)
	_, err = r.expire(t.Context(), 0)
	assert.Equal(t, nil, err)
	undone, err := (&clearer{n: n, st: nodes[0].Store}).write(t.Context(), writes)
	assert.T(t, undone && err == nil, err)
	assert.T(t, here(nodes[0], "/ctl/sess/s"))
	assert.T(t, here(nodes[0], "/e"))
}

// One look ends all sessions that are over, however many.
func TestOneLookEndsAll(t *testing.T) {
	const n = 3*maxEnding + 1
	r := leased(t, 1, time.Hour)[0]
	c := r.dial(t)
	together(t, n, func(i int) error {
		_, err := c.Set(t.Context(), fmt.Sprint("/ctl/sess/s", i), client.Clobber, nil)
		return err
	})
	reg := &registrar{n: r.node, st: r.Store, sessions: newSessions()}
	assert.Equal(t, nil, reg.list())
	defer reg.watch.Close()
	reg.clock.now += int64(time.Hour)
	assert.Equal(t, nil, reg.look(t.Context()))
	left, _ := r.Store.View().Stat(store.SessDir)
	assert.Equal(t, 0, left)
}
