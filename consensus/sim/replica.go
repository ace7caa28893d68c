package sim

import (
	"slices"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
)

// replica is a node's copy of the tree: the product's store.
type replica struct {
	*store.Store
	voters uint64 // nodes in a slot that have an address, by bits
	addrs  uint64 // nodes that have an address

	entries []store.Entry // that wait to be applied
	errs    []error
	events  []store.Event
}

// reader reads a file's value and revision, of a view or of the model.
type reader func(path string) ([]byte, int64)

// registered are the nodes that have an address, by bits.
func (c *Cluster) registered(get reader) (set uint64) {
	for i, n := range c.nodes {
		if _, rev := get(addrPath(n.id)); rev > 0 {
			set |= 1 << i
		}
	}
	return set
}

// voters are the nodes in a slot that have an address.
func (c *Cluster) voters(get reader) (set uint64) {
	for slot := range uint8(maxSlots) {
		id, _ := get(slotPath(slot))
		if i, ok := c.index(string(id)); ok {
			set |= 1 << i
		}
	}
	return set & c.registered(get)
}

// slotOf is the first slot that holds node x (nobody: -1), with its revision;
// or -1.
func (n *node) slotOf(c *Cluster, x int) (slot int, rev int64) {
	var id consensus.ID
	if x >= 0 {
		id = c.nodes[x].id
	}
	v := n.store.View()
	for slot := range uint8(maxSlots) {
		if body, rev := v.Get(slotPath(slot)); rev > 0 && string(body) == id {
			return int(slot), rev
		}
	}
	return -1, 0
}

// keys reads all registers.
func (n *node) keys() (got [maxKeys]register) {
	v := n.store.View()
	for key := range uint8(maxKeys) {
		got[key] = toRegister(v.Get(keyPath(key)))
	}
	return got
}

// flush applies what waits, up to the seqn to, and holds the results, and the
// changes that watchers would see, against the log.
func (c *Cluster) flush(n *node, to int64) {
	r := &n.store
	r.errs = r.Apply(r.entries, to, r.errs[:0])
	for _, err := range r.errs {
		n.codes = append(n.codes, codeOf(err))
	}
	r.events = r.Events(n.applied+1, to, r.events[:0])
	c.check.changed(n, n.codes[len(n.codes)-len(r.errs):])
	if last := len(r.entries); last > 0 {
		c.shown = max(c.shown, r.entries[last-1].Seqn)
	}
	clear(r.entries)
	r.entries = r.entries[:0]
	n.applied = to
}

// look finds out who the voters are, and notes where they change.
func (c *Cluster) look(n *node, seqn int64) {
	v := n.store.View()
	n.store.addrs = c.registered(v.Get)
	voters := c.voters(v.Get)
	if voters != n.store.voters {
		n.store.voters = voters
		n.changes = append(n.changes, consensus.Membership{From: seqn, Members: c.ids(voters)})
	}
}

// ids lists the nodes of a set in the order of their ids.
func (c *Cluster) ids(set uint64) []consensus.ID {
	var out []consensus.ID
	for i := range c.nodes {
		if set>>i&1 != 0 {
			out = append(out, c.nodes[i].id)
		}
	}
	slices.Sort(out)
	return out
}
