package peer

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// leased starts members with a lease for sessions.
func leased(t *testing.T, n int, lease time.Duration) []*running {
	t.Helper()
	nodes := cluster(t, n, testConfig)
	c := nodes[0].dial(t)
	_, err := c.Set(t.Context(), proto.LeasePath, store.Clobber, []byte(lease.String()))
	assert.Equal(t, nil, err)
	return nodes
}

// alive checks a session in, by whoever answers, until the context ends, as a client of 2011 does:
// again on each answer. The error is why it lost it.
func alive(ctx context.Context, c *client.Client, name string) error {
	for {
		if err := c.Checkin(ctx, name, client.Clobber); ctx.Err() != nil {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func here(r *running, path string) bool {
	_, rev := r.Store.View().Get(path)
	return rev != store.Missing
}

func TestSessionExpires(t *testing.T) {
	const lease = 600 * time.Millisecond
	nodes := leased(t, 3, lease)
	c := nodes[1].dial(t)
	for _, name := range []string{"kept", "left"} {
		assert.Equal(t, nil, c.Checkin(t.Context(), name, client.Missing))
		for i := range 300 {
			_, err := c.SetEphemeral(t.Context(), fmt.Sprintf("/e/%s/%d", name, i), client.Missing, nil, name)
			assert.Equal(t, nil, err)
		}
		_, err := c.Set(t.Context(), "/lock/"+name, client.Missing, []byte(name))
		assert.Equal(t, nil, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	kept := make(chan error, 1)
	go func() { kept <- alive(ctx, c, "kept") }()
	assert.Equal(t, nil, c.Checkin(t.Context(), "left", client.Clobber)) // its answer is half a lease old
	begun := time.Now()
	until(t, "the session ends", func() bool { return !here(nodes[2], "/ctl/sess/left") })
	took := time.Since(begun)
	assert.T(t, took > lease/2-50*time.Millisecond, took)
	until(t, "what it left goes", func() bool { return !here(nodes[2], "/ctl/gone") })
	t.Logf("ended %v after its last answer, cleared after %v", took, time.Since(begun))
	v := nodes[2].Store.View()
	for path, want := range map[string]int{"/e": 1, "/e/kept": 300, "/lock": 1, "/ctl/link/e": 1} {
		n, _ := v.Stat(path)
		assert.Equal(t, want, n, path)
	}
	stop()
	assert.Equal(t, nil, <-kept)
}

// What one member began to clear away another one goes on with.
func TestMemberDiesWhileClearing(t *testing.T) {
	nodes := cluster(t, 3, testConfig)
	c := nodes[1].dial(t)
	assert.Equal(t, nil, c.Checkin(t.Context(), "s", client.Missing))
	const files = 2000
	errs := make(chan error, files)
	for i := range files {
		go func() {
			_, err := c.SetEphemeral(t.Context(), fmt.Sprintf("/e/%d", i), client.Missing, nil, "s")
			errs <- err
		}()
	}
	for range files {
		assert.Equal(t, nil, <-errs)
	}
	assert.Equal(t, nil, c.Del(t.Context(), "/ctl/sess/s", store.Clobber))
	first := nodes[0]
	for _, r := range nodes {
		if r.ID < first.ID {
			first = r
		}
	}
	until(t, "it is begun", func() bool {
		n, _ := nodes[1].Store.View().Stat("/e")
		return n < files
	})
	first.kill(t)
	for _, r := range nodes {
		if r != first {
			until(t, "it is ended", func() bool { return !here(r, "/e") && !here(r, "/ctl/gone") && !here(r, "/ctl/link") })
		}
	}
}

// While there is no majority nothing can be prolonged, so nothing expires, and neither right after.
func TestNoMajorityExpiresNobody(t *testing.T) {
	t.Parallel()
	const lease = 800 * time.Millisecond
	nodes := leased(t, 3, lease)
	c, err := client.Dial(t.Context(), nodes[0].Started.Addr)
	assert.Equal(t, nil, err)
	defer c.Close()
	assert.Equal(t, nil, c.Checkin(t.Context(), "s", client.Missing))
	ctx, stop := context.WithCancel(t.Context())
	lost := make(chan error, 1)
	go func() { lost <- alive(ctx, c, "s") }()
	for _, r := range nodes[1:] {
		r.loop.turning.Lock() // a node that stops
	}
	time.Sleep(lease / 4)
	_, before := nodes[0].Store.View().Get("/ctl/sess/s")
	time.Sleep(3 * lease)
	_, after := nodes[0].Store.View().Get("/ctl/sess/s")
	assert.Equal(t, before, after, "nothing can be prolonged")
	for _, r := range nodes[1:] {
		r.loop.turning.Unlock()
	}
	time.Sleep(3 * lease)
	for _, r := range nodes {
		assert.T(t, here(r, "/ctl/sess/s"))
	}
	stop()
	if err := <-lost; err != nil && !errors.Is(err, client.ErrOutcomeUnknown) {
		t.Fatal(err)
	}
}

// A client that can reach any node keeps its session, whichever die.
func TestSessionOutlivesItsNodes(t *testing.T) {
	t.Parallel()
	nodes := leased(t, 5, 900*time.Millisecond)
	uri := "doozer:?"
	for _, r := range nodes {
		uri += "&ca=" + r.Started.Addr
	}
	c, err := client.Dial(t.Context(), uri)
	assert.Equal(t, nil, err)
	defer c.Close()
	assert.Equal(t, nil, c.Checkin(t.Context(), "s", client.Missing))
	ctx, stop := context.WithCancel(t.Context())
	lost := make(chan error, 1)
	go func() { lost <- alive(ctx, c, "s") }()
	for range 2 {
		for i, r := range nodes {
			if r.Started.Addr == c.Addr() {
				r.kill(t)
				t.Log("killed", r.ID)
				nodes = append(nodes[:i:i], nodes[i+1:]...)
				break
			}
		}
		time.Sleep(1500 * time.Millisecond)
	}
	assert.Equal(t, 3, len(nodes))
	for _, r := range nodes {
		assert.T(t, here(r, "/ctl/sess/s"))
	}
	stop()
	assert.Equal(t, nil, <-lost)
	until(t, "it ends when nobody keeps it", func() bool { return !here(nodes[0], "/ctl/sess/s") })
}

// The deadlines in the files of sessions, by whatever wall clock, concern nobody.
func TestWallClocksDoNotMatter(t *testing.T) {
	const lease = 600 * time.Millisecond
	nodes := leased(t, 3, lease)
	c := nodes[0].dial(t)
	for name, deadline := range map[string]string{"past": "1", "future": "9999999999999999999", "none": "soon"} {
		_, err := c.Set(t.Context(), "/ctl/sess/"+name, client.Missing, []byte(deadline))
		assert.Equal(t, nil, err)
	}
	begun := time.Now()
	until(t, "all end", func() bool { return !here(nodes[0], "/ctl/sess") })
	took := time.Since(begun)
	assert.T(t, took > lease-50*time.Millisecond, took)
	v := nodes[0].Store.View()
	for _, ev := range nodes[0].Store.Events(1, v.Applied(), nil) {
		if ev.Del && ev.Path == "/ctl/sess/past" {
			return
		}
	}
	t.Error("it did not end by a deletion")
}

// A text that is no lease is told of, once.
func TestBadLeaseIsLogged(t *testing.T) {
	nodes := leased(t, 1, time.Second)
	c := nodes[0].dial(t)
	_, err := c.Set(t.Context(), proto.LeasePath, client.Clobber, []byte("5"))
	assert.Equal(t, nil, err)
	until(t, "it is logged", func() bool { return nodes[0].logs.count("level=WARN") > 0 })
	time.Sleep(300 * time.Millisecond) // some looks later
	assert.Equal(t, 1, nodes[0].logs.count("level=WARN"))
	assert.Equal(t, 1, nodes[0].logs.count(`\"5\" is no duration`))
}
