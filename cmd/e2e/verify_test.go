package e2e

import (
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// verify ends a load, and holds what was acknowledged against a record of what
// happened, and both against the trees of all nodes.
func verify(t *testing.T, l *load, r *recorder, nodes ...*node) {
	t.Helper()
	l.end()
	mark := set(t, nodes[0].c, "/verify", client.Clobber, "")
	events := r.upTo(mark)
	once(t, l, events)
	want := replay(events, mark)
	for _, n := range nodes {
		same(t, n, mark, want)
	}
	unknown := 0
	for _, ws := range l.unknown {
		unknown += len(ws)
	}
	t.Logf("%d writes acknowledged and there exactly once, %d with unknown outcome; %d reads saw what was acknowledged; %d changes watched in order, by %d connections", len(l.acked), unknown, l.reads, len(events), r.moves)
}

// once checks that every acknowledged write happened once, at the
// revision that was told, and every one of unknown outcome once at most.
func once(t *testing.T, l *load, events []client.Event) {
	t.Helper()
	times := make(map[string]int)
	at := make(map[int64]*client.Event)
	for i := range events {
		ev := &events[i]
		at[ev.Rev] = ev
		if !ev.Del {
			times[ev.Path+"="+string(ev.Value)]++
		}
	}
	for _, w := range l.acked {
		ev := at[w.rev]
		if ev == nil || ev.Path != w.path || string(ev.Value) != w.value {
			t.Fatalf("acknowledged: %+v; at that revision happened: %+v", w, ev)
		}
		if n := times[w.path+"="+w.value]; n != 1 {
			t.Fatalf("acknowledged: %+v; it happened %d times", w, n)
		}
	}
	for _, ws := range l.unknown {
		for _, w := range ws {
			if n := times[w.path+"="+w.value]; n > 1 {
				t.Fatalf("%+v happened %d times", w, n)
			}
		}
	}
}

// replay is the tree under /load that changes up to a revision lead to, from an empty one.
func replay(events []client.Event, rev int64) map[string]client.File {
	tree := make(map[string]client.File)
	for _, ev := range events {
		switch {
		case ev.Rev > rev || len(ev.Path) < 6 || ev.Path[:6] != "/load/":
		case ev.Del:
			delete(tree, ev.Path)
		default:
			tree[ev.Path] = client.File{Path: ev.Path, Value: ev.Value, Rev: ev.Rev}
		}
	}
	return tree
}

// same checks that a node has that tree at a revision.
func same(t *testing.T, n *node, rev int64, want map[string]client.File) {
	t.Helper()
	files := 0
	for f, err := range n.c.Walk(timed(t), "/load/**", client.At(rev)) {
		assert.Equal(t, nil, err)
		files++
		if w := want[f.Path]; w.Rev != f.Rev || string(w.Value) != string(f.Value) {
			t.Fatalf("%s has %+v, the watch brought %+v", n.name, f, w)
		}
	}
	if files != len(want) {
		t.Fatalf("%s has %d files, the watch brought %d", n.name, files, len(want))
	}
}
