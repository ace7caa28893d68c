package client

import (
	"errors"
	"iter"
	"strconv"
	"testing"

	"github.com/bmizerany/assert"

	doozerd "github.com/ha/doozer/peer"
	"github.com/ha/doozer/store"
)

// A client outlives its whole cluster, and finds another one at the same address and of
// the same name, which began with the old tree: nothing that it remembers of the first
// is taken for a revision of the second.
func TestOutlivesItsCluster(t *testing.T) {
	t.Run("all was saved", func(t *testing.T) { outlives(t, 0) })
	t.Run("the last writes were not", func(t *testing.T) { outlives(t, 20) })
}

// outlives has so many files be written again after the tree was saved.
func outlives(t *testing.T, unsaved int) {
	old := startNode(t, steady())
	c := dialed(t, Config{}, old.Started.Addr)
	knows(t, c, 1)
	memory := remember(t, c, 20)
	w, err := c.Watch(soon(t), "/**", memory["/f/0"])
	assert.Equal(t, nil, err)
	defer w.Close()
	files, upTo := save(t, old)
	for path, rev := range remember(t, c, unsaved) {
		memory[path] = rev
	}
	last, err := c.Rev(soon(t))
	assert.Equal(t, nil, err)
	seen(t, w, memory)
	waited := make(chan error, 1)
	go func() {
		_, err := c.Wait(soon(t), "/f/*", last+1)
		waited <- err
	}()
	until(t, "the node waits for the next revision", func() bool { return asked(c) == 3 })

	old.kill(t)
	cfg := steady()
	cfg.Addr = old.Started.Addr
	cfg.Restore = &doozerd.Restore{Rev: 1 << 40, FromID: value(old, "/ctl/id"), FromRev: upTo, Files: files}
	next := startNode(t, cfg)
	assert.Equal(t, cfg.Restore.FromID+" "+strconv.FormatInt(upTo, 10), value(next, "/ctl/origin"))
	assert.NotEqual(t, cfg.Restore.FromID, value(next, "/ctl/id"))

	_, err = w.Next()
	assert.T(t, errors.Is(err, ErrTooLate), err)
	err = <-waited
	assert.T(t, errors.Is(err, ErrTooLate), err)
	past(t, c, memory)
	readsAnew(t, c, cfg.Restore.Rev)
}

// remember writes files, and returns their revisions.
func remember(t *testing.T, c *Client, n int) map[string]int64 {
	revs := make(map[string]int64)
	for i := range n {
		path := "/f/" + strconv.Itoa(i)
		rev, err := c.Set(soon(t), path, Clobber, []byte(path))
		assert.Equal(t, nil, err)
		revs[path] = rev
	}
	return revs
}

// save is a node's tree as it stands.
func save(t *testing.T, r *running) (files iter.Seq2[store.File, error], upTo int64) {
	all, err := store.CompileGlob("/**")
	assert.Equal(t, nil, err)
	v := r.Store.View()
	return func(yield func(store.File, error) bool) {
		v.Walk(all, func(path string, value []byte, rev int64) bool {
			return yield(store.File{Path: path, Value: value, Rev: rev}, nil)
		})
	}, v.Applied()
}

// value is a file as a node has it.
func value(r *running, path string) string {
	v, _ := r.Store.View().Get(path)
	return string(v)
}

// seen reads a watch until it has shown all that is in memory.
func seen(t *testing.T, w *Watch, memory map[string]int64) {
	t.Helper()
	left := make(map[string]int64)
	for path, rev := range memory {
		left[path] = rev
	}
	for len(left) > 0 {
		ev, err := w.Next()
		assert.Equal(t, nil, err)
		if left[ev.Path] == ev.Rev {
			delete(left, ev.Path)
		}
	}
}

// asked is how many requests are open on a client's connection: two watches (one is the
// client's own), and what else there is.
func asked(c *Client) int {
	cn := c.link.cur.Load()
	cn.mu.Lock()
	defer cn.mu.Unlock()
	return len(cn.open)
}

// past uses all that is remembered of the dead cluster.
func past(t *testing.T, c *Client, memory map[string]int64) {
	t.Helper()
	for path, rev := range memory {
		_, err := c.Set(soon(t), path, rev, nil)
		assert.T(t, errors.Is(err, ErrRevMismatch), err)
		err = c.Del(soon(t), path, rev)
		assert.T(t, errors.Is(err, ErrRevMismatch), err)
	}
	_, err := c.Set(soon(t), "/not/saved", memory["/f/0"], nil) // as if it had been deleted
	assert.Equal(t, nil, err)
	old := memory["/f/7"]
	_, _, err = c.Get(soon(t), "/f/7", At(old))
	assert.T(t, errors.Is(err, ErrTooLate), err)
	_, err = c.Wait(soon(t), "/f/7", old+1)
	assert.T(t, errors.Is(err, ErrTooLate), err)
	for _, err := range c.Walk(soon(t), "/f/*", At(old)) {
		assert.T(t, errors.Is(err, ErrTooLate), err)
	}
	w, err := c.Watch(soon(t), "/f/*", old+1)
	assert.Equal(t, nil, err)
	defer w.Close()
	_, err = w.Next()
	assert.T(t, errors.Is(err, ErrTooLate), err)
}

// readsAnew does what a program does that was told that it is too late.
func readsAnew(t *testing.T, c *Client, restored int64) {
	t.Helper()
	body, at, err := c.Get(soon(t), "/f/7")
	assert.Equal(t, nil, err)
	assert.Equal(t, "/f/7", string(body))
	assert.Equal(t, restored, at)
	rev, err := c.Rev(soon(t))
	assert.Equal(t, nil, err)
	assert.T(t, rev > restored)
	files := 0
	for f, err := range c.Walk(soon(t), "/f/*", At(rev)) {
		assert.Equal(t, nil, err)
		assert.Equal(t, File{Path: f.Path, Value: []byte(f.Path), Rev: restored}, f)
		files++
	}
	assert.Equal(t, 20, files)
	w, err := c.Watch(soon(t), "/f/*", rev+1)
	assert.Equal(t, nil, err)
	defer w.Close()
	at, err = c.Set(soon(t), "/f/7", restored, []byte("new"))
	assert.Equal(t, nil, err)
	ev, err := w.Next()
	assert.Equal(t, nil, err)
	assert.Equal(t, Event{Path: "/f/7", Value: []byte("new"), Rev: at}, ev)
}
