package sim

import (
	"errors"
	"strings"

	"github.com/ha/doozer/store"
)

// watcher is a client that follows the changes below a directory, by a node's
// store. When its node dies, or by chance, it goes on at another one, from
// where it was.
type watcher struct {
	below string // a directory
	glob  store.Glob
	node  *node
	watch *store.Watch

	from int64 // the revision from which it has yet to see changes
	next int   // of the log's changes the first that it may have yet to see
	buf  []store.Event
}

// observe lets watchers loose.
func (c *Cluster) observe() {
	for range c.p.Watchers {
		below := pick(c.rand, "/", "/b/", "/ctl/")
		glob, err := store.CompileGlob(below + "**")
		if err != nil {
			panic(err)
		}
		w := &watcher{below: below, glob: glob, from: c.check.base + 1}
		c.watchers = append(c.watchers, w)
		c.follow(w)
	}
}

// follow has w look again and again.
func (c *Cluster) follow(w *watcher) {
	if !c.faulty {
		return
	}
	if w.node == nil || w.node.dead || chance(c.rand, 0.03) {
		if n := c.anyNode(); n != nil {
			c.move(w, n)
		}
	}
	if w.node != nil && w.node.asleep == 0 {
		c.poll(w, 1+c.rand.IntN(6))
	}
	c.after(span(c.rand, ms/2, 20*ms), func() { c.follow(w) })
}

// move has w go on at n.
func (c *Cluster) move(w *watcher, n *node) {
	if w.watch != nil {
		w.watch.Close()
	}
	w.node, w.watch = n, nil
	c.tracef("a watcher of %s is at %s, from %d", w.below, n.id, w.from)
}

// subscribe makes w's cursor. Where the node does not have all that w has yet to
// see, it looks at the tree as it is, and goes on from there.
func (c *Cluster) subscribe(w *watcher) {
	st := w.node.store.Store
	watch, err := st.Watch(w.glob, w.from)
	if errors.Is(err, store.ErrTooLate) {
		if w.from > st.FirstKept() {
			c.fail("watch: %s says that %d is too late, and keeps all after %d", w.node.id, w.from, st.FirstKept())
			return
		}
		w.from = w.node.applied + 1
		for w.next < len(c.check.events) && c.check.events[w.next].seqn < w.from {
			w.next++
		}
		watch, err = st.Watch(w.glob, w.from)
	}
	if err != nil {
		c.fail("watch: %s from %d at %s: %v", w.below, w.from, w.node.id, err)
		return
	}
	w.watch = watch
}

// poll takes what w's node has for it, limit changes at most: just those that
// come next in the log, and all of them if there are fewer than limit.
func (c *Cluster) poll(w *watcher, limit int) {
	if w.watch == nil {
		c.subscribe(w)
	}
	if c.err != nil {
		return
	}
	var err error
	w.buf, err = w.watch.Next(w.buf[:0], limit)
	for i := range w.buf {
		c.sees(w, &w.buf[i])
	}
	switch {
	case errors.Is(err, store.ErrTooLate):
		c.move(w, w.node)
	case err != nil:
		c.fail("watch: %s at %s: %v", w.below, w.node.id, err)
	case len(w.buf) < limit:
		if e := c.due(w); e != nil && e.seqn <= w.node.applied {
			c.fail("watch: %s at %s, which applied %d, does not show the change of %s at %d",
				w.below, w.node.id, w.node.applied, e.path, e.seqn)
		}
	}
}

// due is the next change that w is to see.
func (c *Cluster) due(w *watcher) *change {
	for ; w.next < len(c.check.events); w.next++ {
		if e := &c.check.events[w.next]; strings.HasPrefix(e.path, w.below) {
			return e
		}
	}
	return nil
}

// sees checks one change.
func (c *Cluster) sees(w *watcher, got *store.Event) {
	want := c.due(w)
	if want == nil || want.mark != c.check.model.eventMark(got) {
		c.fail("watch: %s at %s shows %+v, and %+v was to come", w.below, w.node.id, *got, want)
		return
	}
	c.tally.Events++
	w.next++
	w.from = got.Seqn + 1
}

// watchToEnd has all watchers see all that their nodes applied.
func (c *Cluster) watchToEnd() {
	for _, w := range c.watchers {
		if w.node == nil || w.node.dead {
			n := c.anyNode()
			if n == nil {
				return
			}
			c.move(w, n)
		}
		for w.node.asleep == 0 && c.err == nil {
			before := w.from
			c.poll(w, 1000)
			if w.watch != nil && w.from == before {
				break
			}
		}
	}
}
