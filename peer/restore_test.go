package peer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

// saved yields files with these paths, each with its path for a value.
func saved(paths ...string) iter.Seq2[store.File, error] {
	return func(yield func(store.File, error) bool) {
		for _, path := range paths {
			if !yield(store.File{Path: path, Value: []byte(path), Rev: 7}, nil) {
				return
			}
		}
	}
}

// bootWith is boot of a node of cluster "c".
func bootWith(ctx context.Context, r *Restore) (*origin, error) {
	cfg := Config{Addr: "127.0.0.1:8046", Cluster: "c", Alpha: 512, Restore: r, Log: slog.New(slog.DiscardHandler)}
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return boot(ctx, &cfg, &identity{id: newID(), cluster: "c", alpha: 512, addr: cfg.Addr})
}

// entry is a file as a test tells of it.
type entry struct {
	path string
	rev  int64
}

// entries are the files of a view, but for the node's own name.
func entries(t *testing.T, v store.View) (list []entry) {
	all, err := store.CompileGlob("/**")
	assert.Equal(t, nil, err)
	v.Walk(all, func(path string, _ []byte, rev int64) bool {
		if strings.HasPrefix(path, nodeDir) {
			path = nodeDir + path[strings.LastIndexByte(path, '/'):]
		}
		list = append(list, entry{path, rev})
		return true
	})
	return list
}

// A restored one has all files at one revision, and its own entries above it.
func TestBootRestore(t *testing.T) {
	from := newID()
	for _, rev := range []int64{1, 1000, 1 << 50, maxRev - 2*512} {
		o, err := bootWith(t.Context(), &Restore{Rev: rev, FromID: from, FromRev: rev - 1,
			Files: saved("/b", "/ctl", "/a/x", "/ctl/id", "/ctl/cal/0", "/ctl/node/ABC/addr", "/ctlx/y",
				"/ctl/sess/s", "/ctl/gone/s", "/ctl/gone/t", "/ctl/link/a/x", "/ctl/link", "/ctl/lease")})
		assert.Equal(t, nil, err)
		v := o.st.View()
		assert.Equal(t, []entry{{"/a/x", rev}, {"/b", rev},
			{"/ctl/cal/0", rev + 6}, {"/ctl/gone/s", rev}, {"/ctl/gone/t", rev}, {"/ctl/id", rev + 5}, {"/ctl/link/a/x", rev},
			{"/ctl/name", rev + 4},
			{"/ctl/node/addr", rev + 1}, {"/ctl/node/hostname", rev + 2}, {"/ctl/node/version", rev + 3},
			{"/ctl/origin", rev + 7}, {"/ctlx/y", rev}}, entries(t, v))
		value, _ := v.Get("/a/x")
		assert.Equal(t, "/a/x", string(value))
		id, _ := v.Get(idPath)
		assert.T(t, validID(string(id)) && string(id) != from)
		was, _ := v.Get(originPath)
		assert.Equal(t, fmt.Sprintf("%s %d", from, rev-1), string(was))

		assert.Equal(t, rev+7+512, v.Applied())
		assert.T(t, v.Applied() <= maxRev)
		assert.Equal(t, v.Applied(), o.state.Applied)
		assert.Equal(t, rev+1, o.state.Configs[0].From)
		_, err = consensus.New(consensus.Config{Self: o.state.Configs[0].Members[0], Alpha: 512}, o.state)
		assert.Equal(t, nil, err)

		at, err := o.st.At(rev)
		assert.Equal(t, nil, err)
		assert.Equal(t, []entry{{"/a/x", rev}, {"/b", rev}, {"/ctl/gone/s", rev}, {"/ctl/gone/t", rev}, {"/ctl/link/a/x", rev}, {"/ctlx/y", rev}},
			entries(t, at))
		_, err = o.st.At(rev - 1)
		assert.T(t, errors.Is(err, store.ErrTooLate), err)
		glob, _ := store.CompileGlob("/**")
		_, err = o.st.Watch(glob, rev)
		assert.T(t, errors.Is(err, store.ErrTooLate), err)
		_, err = o.st.Watch(glob, rev+1)
		assert.Equal(t, nil, err)
	}
}

// A tree whose cluster had no id has no origin.
func TestBootRestoreNoOrigin(t *testing.T) {
	for _, from := range []string{"", "somebody's joke"} {
		o, err := bootWith(t.Context(), &Restore{Rev: 100, FromID: from, Files: saved()})
		assert.Equal(t, nil, err)
		_, rev := o.st.View().Get(originPath)
		assert.Equal(t, store.Missing, rev)
		assert.Equal(t, int64(106+512), o.st.View().Applied())
	}
}

// What cannot be a tree, or cannot be read, is said before anything begins.
func TestBootRestoreBad(t *testing.T) {
	good := Restore{Rev: 100, Files: saved("/a")}
	broken := errors.New("the disk broke")
	for what, change := range map[string]func(r *Restore){
		"revision 0 ":              func(r *Restore) { r.Rev = 0 },
		"revision -1 ":             func(r *Restore) { r.Rev = -1 },
		"within 1 and 90071992547": func(r *Restore) { r.Rev = maxRev - 2*512 + 1 },
		"up to revision 100":       func(r *Restore) { r.FromRev = 100 },
		"up to revision -1":        func(r *Restore) { r.FromRev = -1 },
		"no files":                 func(r *Restore) { r.Files = nil },
		`"bad": bad path`:          func(r *Restore) { r.Files = saved("/a", "bad") },
		`"/a//b": bad path`:        func(r *Restore) { r.Files = saved("/a//b") },
		`"/": twice, or a dir`:     func(r *Restore) { r.Files = saved("/") },
		`"/a": twice`:              func(r *Restore) { r.Files = saved("/a", "/b", "/a") },
		`"/a/b": not a directory`:  func(r *Restore) { r.Files = saved("/a", "/a/b") },
		`"/a": twice, or a dir`:    func(r *Restore) { r.Files = saved("/a/b", "/a") },
		`"/a": value too large`: func(r *Restore) {
			r.Files = func(yield func(store.File, error) bool) {
				yield(store.File{Path: "/a", Value: make([]byte, store.MaxValue+1)}, nil)
			}
		},
		"the disk broke": func(r *Restore) {
			r.Files = func(yield func(store.File, error) bool) {
				_ = yield(store.File{Path: "/a"}, nil) && yield(store.File{}, broken)
			}
		},
	} {
		r := good
		change(&r)
		_, err := bootWith(t.Context(), &r)
		assert.T(t, err != nil && strings.HasPrefix(err.Error(), "restore: ") && strings.Contains(err.Error(), what), what, err)
		assert.Equal(t, what == "the disk broke", errors.Is(err, broken))
	}
	ended, end := context.WithCancel(t.Context())
	end()
	_, err := bootWith(ended, &good)
	assert.T(t, errors.Is(err, context.Canceled), err)
}

// A cluster that begins with an old tree, however high its revisions are, is one like any
// other: nodes attach and become members, and it survives them.
func TestRestoredCluster(t *testing.T) {
	for _, rev := range []int64{1, 1e15, maxRev - 2*512} {
		t.Run(fmt.Sprint(rev), func(t *testing.T) { restoredCluster(t, rev) })
	}
}

func restoredCluster(t *testing.T, rev int64) {
	from := newID()
	quick := func(attach ...string) Config {
		cfg := testConfig(attach...)
		cfg.Timeout, cfg.Pulse = 700*time.Millisecond, 10*time.Millisecond
		if len(attach) == 0 {
			cfg.Restore = &Restore{Rev: rev, FromID: from, FromRev: rev - 1, Files: saved("/a/x", "/b", "/ctl/name")}
		}
		return cfg
	}
	nodes := cluster(t, 3, quick)
	spare := start(t, quick(nodes[1].Started.Addr))
	nodes = append(nodes, spare)
	for _, r := range nodes {
		assert.Equal(t, "/a/x", r.file("/a/x"))
		assert.Equal(t, nodes[0].file(idPath), r.file(idPath))
		assert.Equal(t, from+fmt.Sprintf(" %d", rev-1), r.file(originPath))
		goesOn(t, r, nodes)
	}
	compares(t, nodes[0].dial(t), "/b", rev)
	compares(t, nodes[1].dial(t), "/a/x", rev)

	gone := nodes[0]
	gone.kill(t)
	nodes = nodes[1:]
	replaced(t, nodes, gone.ID)
	for _, r := range nodes {
		goesOn(t, r, nodes)
		assert.Equal(t, "", r.file("/b"))
	}
}

// goesOn has a client of r write, and all see it, whether they read or watch.
func goesOn(t *testing.T, r *running, all []*running) {
	t.Helper()
	c := r.dial(t)
	path := "/by/" + r.ID
	before, err := c.Rev(t.Context())
	assert.Equal(t, nil, err)
	rev, err := c.Set(t.Context(), path, client.Clobber, []byte("hello"))
	assert.Equal(t, nil, err)
	assert.T(t, rev > before)
	for _, other := range all {
		d := other.dial(t)
		value, at, err := d.Get(t.Context(), path)
		assert.Equal(t, nil, err)
		assert.Equal(t, "hello", string(value))
		assert.Equal(t, rev, at)
		w, err := d.Watch(t.Context(), "/by/*", rev)
		assert.Equal(t, nil, err)
		ev, err := w.Next()
		assert.Equal(t, nil, err)
		assert.Equal(t, client.Event{Path: path, Value: []byte("hello"), Rev: rev}, ev)
		w.Close()
	}
}

// compares deletes a restored file, which takes the revision that it has now: no other
// that anybody may remember will do.
func compares(t *testing.T, c *client.Client, path string, rev int64) {
	t.Helper()
	for _, old := range []int64{0, rev / 2, rev - 1} {
		_, err := c.Set(t.Context(), path, old, nil)
		assert.T(t, errors.Is(err, client.ErrRevMismatch), old, err)
		err = c.Del(t.Context(), path, old)
		assert.T(t, errors.Is(err, client.ErrRevMismatch), old, err)
	}
	at, err := c.Set(t.Context(), path, rev, []byte("new"))
	assert.Equal(t, nil, err)
	assert.Equal(t, nil, c.Del(t.Context(), path, at))
}

// Sessions end with their cluster: what they left is deleted, and nothing else.
func TestRestoredSessionsEnded(t *testing.T) {
	files := func(yield func(store.File, error) bool) {
		for path, value := range map[string]string{
			"/ctl/sess/s": "123", "/ctl/link/e/f": "s", "/e/f": "v", "/lock/l": "s", "/lock/m": "other", "/e/g": "s",
		} {
			if !yield(store.File{Path: path, Value: []byte(value), Rev: 7}, nil) {
				return
			}
		}
	}
	cfg := testConfig()
	cfg.Restore = &Restore{Rev: 1000, FromID: newID(), FromRev: 999, Files: files}
	r := start(t, cfg)
	until(t, "what the session left is deleted", func() bool {
		return !here(r, "/e/f") && !here(r, "/lock/l") && !here(r, "/ctl/link") && !here(r, "/ctl/gone")
	})
	assert.Equal(t, "other", r.file("/lock/m"))
	assert.Equal(t, "s", r.file("/e/g"))
}
