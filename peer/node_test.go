package peer

import (
	"errors"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

func TestOneNode(t *testing.T) {
	before := runtime.NumGoroutine()
	cfg := testConfig()
	cfg.Cluster, cfg.Version, cfg.Pulse = "one", "v1", 10*time.Millisecond
	r := start(t, cfg)
	c := r.dial(t)

	rev, err := c.Set(t.Context(), "/message", client.Missing, []byte("hello"))
	assert.Equal(t, nil, err)
	assert.T(t, rev > 512)
	value, at, err := c.Get(t.Context(), "/message")
	assert.Equal(t, nil, err)
	assert.Equal(t, "hello", string(value))
	assert.Equal(t, rev, at)
	_, err = c.Set(t.Context(), "/message", client.Missing, nil)
	assert.T(t, errors.Is(err, client.ErrRevMismatch))
	id, err := c.Self(t.Context())
	assert.Equal(t, nil, err)
	assert.Equal(t, r.ID, id)

	assert.Equal(t, "one", r.file("/ctl/name"))
	assert.Equal(t, r.ID, r.file("/ctl/cal/0"))
	assert.Equal(t, r.Started.Addr, r.file(nodePath(r.ID, "addr")))
	assert.Equal(t, "v1", r.file(nodePath(r.ID, "version")))
	assert.NotEqual(t, "", r.file(nodePath(r.ID, "hostname")))
	until(t, "writable", func() bool { return r.file(nodePath(r.ID, "writable")) == "true" })
	first := ""
	until(t, "a pulse", func() bool { first = r.file(nodePath(r.ID, "applied")); return first != "" })
	until(t, "another pulse", func() bool { return r.file(nodePath(r.ID, "applied")) != first })
	applied, err := strconv.ParseInt(first, 10, 64)
	assert.Equal(t, nil, err)
	assert.T(t, applied >= 512)

	c.Close()
	r.kill(t)
	until(t, "all goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}

// A quiet cluster's log stands still but for the pulse.
func TestQuiet(t *testing.T) {
	quiet := func(attach ...string) Config {
		cfg := testConfig(attach...)
		cfg.Pulse = time.Hour
		return cfg
	}
	nodes := cluster(t, 3, quiet)
	rev := func() int64 { return nodes[0].Store.View().Rev() }
	before := int64(0)
	until(t, "the log to stand still", func() bool {
		last := before
		before = rev()
		time.Sleep(100 * time.Millisecond)
		return before == last && rev() == last
	})
}

func TestThreeNodes(t *testing.T) {
	before := runtime.NumGoroutine()
	nodes := cluster(t, 3, testConfig)
	var clients []*client.Client
	for _, r := range nodes {
		clients = append(clients, r.dial(t))
	}
	for i, c := range clients {
		path := "/from/" + strconv.Itoa(i)
		rev, err := c.Set(t.Context(), path, client.Missing, []byte{byte(i)})
		assert.Equal(t, nil, err)
		for _, other := range clients {
			value, at, err := other.Get(t.Context(), path)
			assert.Equal(t, nil, err)
			assert.Equal(t, []byte{byte(i)}, value)
			assert.Equal(t, rev, at)
		}
	}
	for _, c := range clients {
		c.Close()
	}
	for _, r := range nodes {
		r.kill(t)
	}
	until(t, "all goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}

// A node that is no member passes writes on, and reads what all acknowledged.
func TestSpare(t *testing.T) {
	nodes := cluster(t, 3, testConfig)
	spare := start(t, testConfig(nodes[1].Started.Addr, nodes[2].Started.Addr))
	c, other := spare.dial(t), nodes[0].dial(t)
	for i := range 20 {
		rev, err := c.Set(t.Context(), "/x", client.Clobber, []byte{byte(i)})
		assert.Equal(t, nil, err)
		value, at, err := other.Get(t.Context(), "/x")
		assert.Equal(t, nil, err)
		assert.Equal(t, rev, at)
		assert.Equal(t, []byte{byte(i)}, value)
		rev, err = other.Set(t.Context(), "/x", client.Clobber, []byte{byte(i), 1})
		assert.Equal(t, nil, err)
		value, at, err = c.Get(t.Context(), "/x")
		assert.Equal(t, nil, err)
		assert.Equal(t, rev, at)
		assert.Equal(t, []byte{byte(i), 1}, value)
	}
	_, err := c.Set(t.Context(), "/x", client.Missing, nil)
	assert.T(t, errors.Is(err, client.ErrRevMismatch))
	assert.Equal(t, 3, len(spare.members()))
	assert.Equal(t, "", spare.file(nodePath(spare.ID, "writable")))
}

// What a newcomer gets is the tree; the history before it only others have.
func TestAttachAfterTrim(t *testing.T) {
	cfg := testConfig()
	cfg.History = 10
	first := start(t, cfg)
	c := first.dial(t)
	large := make([]byte, store.MaxValue)
	_, err := c.Set(t.Context(), "/large", client.Missing, large)
	assert.Equal(t, nil, err)
	for i := range 3000 { // more than consensus keeps for those who are behind
		_, err := c.Set(t.Context(), "/f/"+strconv.Itoa(i%700), client.Clobber, []byte(strconv.Itoa(i)))
		assert.Equal(t, nil, err)
	}
	second := start(t, testConfig(first.Started.Addr))
	d := second.dial(t)
	for i := 2300; i < 3000; i++ {
		value, _, err := d.Get(t.Context(), "/f/"+strconv.Itoa(i%700))
		assert.Equal(t, nil, err)
		assert.Equal(t, strconv.Itoa(i), string(value))
	}
	value, _, err := d.Get(t.Context(), "/large")
	assert.Equal(t, nil, err)
	assert.Equal(t, len(large), len(value))
	_, _, err = d.Get(t.Context(), "/f/0", client.At(600))
	assert.T(t, errors.Is(err, client.ErrTooLate))
}
