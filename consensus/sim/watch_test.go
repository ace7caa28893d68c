package sim

import (
	"strings"
	"testing"

	"github.com/bmizerany/assert"
	"github.com/ha/doozer/store"
)

// watched is a cluster of one node that applied some writes, and a watcher of
// all files that saw none yet.
func watched(changes int) (*Cluster, *watcher) {
	p := healthy(1, 0)
	p.Changes, p.Watchers = changes, 1
	c := newScript(p)
	for range 8 {
		c.propose(c.nodes[0], mutation{op: opSet, rev: clobber}, nil)
		c.run(c.now+10*ms, nil)
	}
	w := &watcher{below: "/", glob: c.all, from: c.check.base + 1}
	c.move(w, c.nodes[0])
	return c, w
}

// TestWatcher has the watcher's judge see good and bad nodes: what the log holds
// is changed, so that the node seems to be wrong.
func TestWatcher(t *testing.T) {
	tests := []struct {
		name string
		want string // of the failure; none: ""
		play func(c *Cluster, w *watcher)
	}{
		{"all of it", "", func(c *Cluster, w *watcher) {}},
		{"a change that never was", "was to come", func(c *Cluster, w *watcher) {
			c.check.events = append(c.check.events[:3:3], c.check.events[4:]...)
		}},
		{"another value", "was to come", func(c *Cluster, w *watcher) { c.check.events[3].mark++ }},
		{"another order", "was to come", func(c *Cluster, w *watcher) {
			e := c.check.events
			e[3], e[4] = e[4], e[3]
		}},
		{"a change twice", "was to come", func(c *Cluster, w *watcher) {
			c.poll(w, 4)
			w.from -= 2
			c.move(w, w.node)
		}},
		{"one change too few", "does not show the change", func(c *Cluster, w *watcher) {
			c.check.events = append(c.check.events, change{seqn: w.node.applied, path: "/a"})
		}},
	}
	for _, tt := range tests {
		c, w := watched(100)
		tt.play(c, w)
		c.poll(w, 100)
		if tt.want == "" {
			assert.Equal(t, nil, c.err)
			assert.Equal(t, 8, c.tally.Events)
		} else if c.err == nil || !strings.Contains(c.err.Error(), tt.want) {
			t.Errorf("%s: got %v, expected %q", tt.name, c.err, tt.want)
		}
	}
}

// TestWatcherTooLate has the watcher come after the history was trimmed: it goes
// on from what is there.
func TestWatcherTooLate(t *testing.T) {
	c, w := watched(2)
	c.poll(w, 100)
	assert.Equal(t, nil, c.err)
	assert.Equal(t, 0, c.tally.Events)
	c.propose(c.nodes[0], mutation{op: opDel, rev: clobber}, nil)
	c.run(c.now+10*ms, nil)
	c.poll(w, 100)
	assert.Equal(t, nil, c.err)
	assert.Equal(t, 1, c.tally.Events)
}

// TestTrees has the judge of stores see good and bad ones.
func TestTrees(t *testing.T) {
	c, _ := watched(100)
	n := c.nodes[0]
	k := c.check
	for rev := n.store.FirstKept(); rev <= n.applied; rev++ {
		k.past(n, rev)
	}
	assert.Equal(t, nil, c.err)

	n.store.entries = append(n.store.entries, store.Entry{Seqn: n.applied})
	n.store.events = n.store.Events(n.applied, n.applied, nil)
	k.changed(n, []int32{codeOK})
	assert.Equal(t, nil, c.err)
	n.store.events[0].Value = []byte("x")
	k.changed(n, []int32{codeOK})
	assert.T(t, c.err != nil && strings.Contains(c.err.Error(), "changed otherwise"))

	c.err = nil
	k.at(n.applied).sum++
	k.tree(n, n.store.View())
	assert.T(t, c.err != nil && strings.Contains(c.err.Error(), "differs"))
}
