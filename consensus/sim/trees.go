package sim

import (
	"github.com/ha/doozer/store"
)

// The trees of all nodes are compared with the model's, and so with each other:
// each change at once, by its result and by the event that watchers see; the
// whole tree by its sum, whenever somebody reads all of it.

// changed hears that n's store applied its entries, with these results.
func (k *checker) changed(n *node, codes []int32) {
	seen := n.store.events
	for i, e := range n.store.entries {
		rec := k.at(e.Seqn)
		if codes[i] != rec.code {
			k.c.fail("tree: %s applies %d with code %d, the log has %d", n.id, e.Seqn, codes[i], rec.code)
		}
		if rec.event == 0 {
			continue
		}
		if len(seen) == 0 || seen[0].Seqn != e.Seqn || k.model.eventMark(&seen[0]) != rec.event {
			k.c.fail("tree: %s changed otherwise at %d: %v", n.id, e.Seqn, seen)
			return
		}
		seen = seen[1:]
	}
	if len(seen) > 0 {
		k.c.fail("tree: %s changed where the log changes nothing: %v", n.id, seen)
	}
}

// tree compares all files of a view of n's store.
func (k *checker) tree(n *node, v store.View) {
	sum := uint64(0)
	v.Walk(k.c.all, func(path string, value []byte, rev int64) bool {
		sum += k.model.mark(path, value, rev)
		return true
	})
	if at := max(v.Applied(), k.base); sum != k.at(at).sum {
		k.c.fail("tree: %s at %d differs from the log's", n.id, at)
	}
}

// past compares the tree of a revision that n's store may still have.
func (k *checker) past(n *node, rev int64) {
	v, err := n.store.At(rev)
	switch {
	case err == nil:
		k.tree(n, v)
	case rev >= n.store.FirstKept() && rev <= n.applied:
		k.c.fail("tree: %s does not show revision %d of %d..%d: %v", n.id, rev, n.store.FirstKept(), n.applied, err)
	}
}

// restored hears that a snapshot was installed at n.
func (k *checker) restored(n *node) {
	if n.applied > k.end() {
		k.c.fail("%s: restores %d, the log ends at %d", n.id, n.applied, k.end())
		return
	}
	v := n.store.View()
	if v.Rev() != k.at(n.applied).rev {
		k.c.fail("%s: restores %d, its latest mutation at %d, the log has %d", n.id, n.applied, v.Rev(), k.at(n.applied).rev)
	}
	k.tree(n, v)
}
