package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

func mirrored(t *testing.T, c *Client, glob string) *Mirror {
	t.Helper()
	m, err := c.Mirror(t.Context(), glob)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func setFile(t *testing.T, c *Client, path, value string) int64 {
	t.Helper()
	rev, err := c.Set(soon(t), path, Clobber, []byte(value))
	assert.Equal(t, nil, err)
	return rev
}

func contents(v *View) map[string]string {
	files := make(map[string]string)
	for f := range v.All() {
		files[f.Path] = string(f.Value)
	}
	return files
}

// A mirror shows what there was, what came, and what went.
func TestMirror(t *testing.T) {
	node := startNode(t, steady())
	c := node.only(t)
	setFile(t, c, "/m/a", "1")
	setFile(t, c, "/m/d/b", "2")
	setFile(t, c, "/other", "3")
	m := mirrored(t, c, "/m/**")
	first := m.View()
	assert.Equal(t, map[string]string{"/m/a": "1", "/m/d/b": "2"}, contents(first))

	rev := setFile(t, c, "/m/c", "4")
	v, err := m.Await(soon(t), rev)
	assert.Equal(t, nil, err)
	assert.Equal(t, rev, v.Rev())
	f, ok := m.Get("/m/c")
	assert.T(t, ok)
	assert.Equal(t, File{Path: "/m/c", Value: []byte("4"), Rev: rev}, f)
	assert.Equal(t, nil, c.Del(soon(t), "/m/a", Clobber))
	v, err = m.Next(soon(t), rev)
	assert.Equal(t, nil, err)
	assert.Equal(t, map[string]string{"/m/d/b": "2", "/m/c": "4"}, contents(v))
	assert.Equal(t, 2, v.Len())
	assert.Equal(t, 2, first.Len())
	_, ok = v.Get("/m/a")
	assert.T(t, !ok)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = m.Next(ctx, v.Rev())
	assert.T(t, errors.Is(err, context.Canceled), err)
	m.Close()
	assert.T(t, errors.Is(m.Err(), ErrClosed), m.Err())
	_, err = m.Next(soon(t), v.Rev())
	assert.T(t, errors.Is(err, ErrClosed), err)
	_, err = c.Mirror(soon(t), "bad")
	assert.T(t, errors.Is(err, ErrBadPath), err)
	c.Close()
	noneLeft(t)
}

// A mirror ends with its client, and with its context.
func TestMirrorEnds(t *testing.T) {
	node := startNode(t, steady())
	c := dialed(t, Config{}, node.Started.Addr)
	ctx, cancel := context.WithCancel(t.Context())
	a, err := c.Mirror(ctx, "/**")
	assert.Equal(t, nil, err)
	b := mirrored(t, c, "/**")
	cancel()
	<-a.Done()
	assert.T(t, errors.Is(a.Err(), context.Canceled), a.Err())
	c.Close()
	<-b.Done()
	assert.T(t, errors.Is(b.Err(), ErrClosed), b.Err())
	noneLeft(t)
}

// follow makes of changes what the files are.
func follow(t *testing.T, m *Mirror, until string) map[string]string {
	files := make(map[string]string)
	for ch, err := range m.Changes(soon(t)) {
		if err != nil {
			t.Error(err)
			return nil
		}
		for _, ev := range ch.Events {
			if ev.Del {
				delete(files, ev.Path)
			} else {
				files[ev.Path] = string(ev.Value)
			}
		}
		if !maps.Equal(files, contents(ch.View)) {
			t.Errorf("at %d the changes make %v, the view has %v", ch.View.Rev(), files, contents(ch.View))
			return nil
		}
		if _, ok := files[until]; ok {
			return files
		}
	}
	return nil
}

// Whoever follows a mirror sees every final state, though the nodes' history is
// forgotten under its watch, and the node that it talks to is killed.
func TestMirrorTooLate(t *testing.T) {
	cfg := steady()
	cfg.History = 64
	nodes := startCluster(t, 3, cfg)
	c := dialed(t, Config{}, nodes[0].Started.Addr)
	knows(t, c, 3)
	m := mirrored(t, c, "/m/*")
	followed := make(chan map[string]string, 1)
	go func() { followed <- follow(t, m, "/m/end") }()

	its, others := nodeOf(t, c, nodes)
	scribe := others[0].only(t)
	its.kill(t)
	final := make(map[string]string)
	for i := range 400 { // more than the history holds, before the client is back for sure
		path, value := fmt.Sprintf("/m/%d", rand.N(20)), fmt.Sprint(i)
		if rand.N(4) == 0 {
			assert.Equal(t, nil, scribe.Del(soon(t), path, Clobber))
			delete(final, path)
			continue
		}
		setFile(t, scribe, path, value)
		final[path] = value
	}
	setFile(t, scribe, "/m/end", "")
	final["/m/end"] = ""
	assert.Equal(t, final, <-followed)
}

// TOO_LATE in the middle has it walk again, and what differs comes as one change.
func TestMirrorReadsAnew(t *testing.T) {
	c, p := pipe(t)
	served := make(chan struct{})
	go func() {
		defer close(served)
		serveFiles(p, 5, "/m/a", "/m/b")
		q := p.expect(proto.Request_WATCH)
		assert.Equal(t, int64(6), q.GetRev())
		p.send(event(q, 5, "/m/c", "7", 7))
		p.send(refusal(q, proto.Response_TOO_LATE, ""))
		p.send(refusal(p.expect(proto.Request_REV), proto.Response_OTHER, "no quorum")) // for a while
		serveFiles(p, 20, "/m/b", "/m/d")
		q = p.expect(proto.Request_WATCH)
		assert.Equal(t, int64(21), q.GetRev())
	}()
	m := mirrored(t, c, "/m/*")
	_, err := m.Await(soon(t), 20)
	assert.Equal(t, nil, err)
	first := &View{rev: 5, files: []File{{Path: "/m/a", Rev: 2}, {Path: "/m/b", Rev: 2}}}
	changes := m.View().since(first)
	assert.Equal(t, []Event{
		{Path: "/m/a", Rev: 20, Del: true, More: true},
		{Path: "/m/d", Value: []byte("x"), Rev: 2},
	}, changes)
	<-served
}

// serveFiles answers what a walk asks, at a revision.
func serveFiles(p *peer, rev int64, paths ...string) {
	r := answer(p.expect(proto.Request_REV), 3)
	r.Rev = &rev
	p.send(r)
	q := p.expect(proto.Request_WALK)
	for _, path := range paths {
		p.send(event(q, 5, path, "x", 2))
	}
	p.send(answer(q, 2))
}

// The changes of one revision become visible together.
func TestMirrorTransaction(t *testing.T) {
	c, p := pipe(t)
	go func() {
		serveFiles(p, 5)
		q := p.expect(proto.Request_WATCH)
		p.send(event(q, 5|16, "/m/a", "1", 7), event(q, 5|16, "/m/b", "1", 7))
		p.send(event(q, 5, "/m/c", "1", 7), event(q, 5|16, "/m/a", "2", 8))
		p.send(event(q, 9, "/m/b", "", 8))
		p.recv()
	}()
	m := mirrored(t, c, "/m/*")
	for v, err := range m.Views(soon(t)) {
		assert.Equal(t, nil, err)
		switch v.Rev() {
		case 5:
			assert.Equal(t, 0, v.Len())
		case 7:
			assert.Equal(t, map[string]string{"/m/a": "1", "/m/b": "1", "/m/c": "1"}, contents(v))
		case 8:
			assert.Equal(t, map[string]string{"/m/a": "2", "/m/c": "1"}, contents(v))
			return
		default:
			t.Fatalf("a view of revision %d", v.Rev())
		}
	}
}

// Views and what differs between them are what a plain map says.
func TestViewModel(t *testing.T) {
	names := []string{"/a", "/a-b", "/a/x", "/a.c", "/a/x/y", "/b", "/a/x-y", "/a0", "/a_"}
	rnd := rand.New(rand.NewPCG(1, 2))
	view, model := new(View), map[string]string{}
	for rev := int64(1); rev < 2000; {
		old, oldModel := view, maps.Clone(model)
		var batch []Event
		for range 1 + rnd.IntN(4) {
			ev := Event{Path: names[rnd.IntN(len(names))], Rev: rev, Del: rnd.IntN(3) == 0, Value: []byte(fmt.Sprint(rev))}
			if rev++; ev.Del {
				delete(model, ev.Path)
			} else {
				model[ev.Path] = string(ev.Value)
			}
			batch = append(batch, ev)
		}
		view = view.with(batch)
		assert.Equal(t, model, contents(view))
		assert.Equal(t, oldModel, contents(old))
		for _, name := range names {
			f, ok := view.Get(name)
			value, exp := model[name]
			assert.Equal(t, exp, ok)
			assert.Equal(t, value, string(f.Value))
		}
		if changes := view.since(old); len(changes) > 0 {
			assert.Equal(t, model, contents(old.with(changes)))
		} else {
			assert.Equal(t, model, oldModel)
		}
	}
	sorted := slices.SortedFunc(slices.Values(names), comparePaths)
	assert.Equal(t, []string{"/a", "/a/x", "/a/x/y", "/a/x-y", "/a-b", "/a.c", "/a0", "/a_", "/b"}, sorted)
}
