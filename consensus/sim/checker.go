package sim

import (
	"math/bits"
	"slices"

	"github.com/ha/doozer/consensus"
)

// config says who the members are from a seqn on.
type config struct {
	from    int64
	members []int // nodes, in the order of their ids
	set     uint64
}

// checker holds all nodes against one log, their messages against one account
// of each seqn, and the answers to clients against both.
type checker struct {
	c       *Cluster
	base    int64
	log     []record
	store   registers // as of the end of the log
	configs []config  // ascending; they cover all from base+1 on
	ballots []ballot
	at      []int64 // by operation: the seqn of its mutation, or 0
}

// record is what the log says of a seqn.
type record struct {
	id   uint32 // of the mutation; nop: 0
	code int32
}

func newChecker(c *Cluster, base int64, store registers, configs []config) *checker {
	return &checker{c: c, base: base, store: store, configs: configs}
}

// memberships tells the configs that the cluster starts with.
func (k *checker) memberships() []consensus.Membership {
	var out []consensus.Membership
	for _, cfg := range k.configs {
		out = append(out, consensus.Membership{From: cfg.from, Members: k.c.ids(cfg.set)})
	}
	return out
}

func (k *checker) end() int64 { return k.base + int64(len(k.log)) }

// config is that of s, which must be within alpha of the log's end.
func (k *checker) config(s int64) *config {
	i := len(k.configs) - 1
	for i > 0 && k.configs[i].from > s {
		i--
	}
	return &k.configs[i]
}

func (cfg *config) coordinator(s, r int64) int {
	return cfg.members[(s+r-1)%int64(len(cfg.members))]
}

func (cfg *config) majority(set uint64) bool {
	return bits.OnesCount64(set&cfg.set) > len(cfg.members)/2
}

// majorities reports whether the nodes of set are a majority of every config
// from s on.
func (k *checker) majorities(set uint64, s int64) bool {
	for i := range k.configs {
		over := i+1 < len(k.configs) && k.configs[i+1].from <= s
		if !over && !k.configs[i].majority(set) {
			return false
		}
	}
	return true
}

// members are those of all configs of [from, to].
func (k *checker) members(from, to int64) (set uint64) {
	for i := range k.configs {
		over := i+1 < len(k.configs) && k.configs[i+1].from <= from
		if !over && k.configs[i].from <= to {
			set |= k.configs[i].set
		}
	}
	return set
}

// applied hears that n applied v at each seqn of [lo, hi).
func (k *checker) applied(n *node, lo, hi int64, v []byte) {
	id := idOf(v)
	if v != nil && id == 0 {
		k.c.fail("%s: applies %q at %d, which nobody proposed", n.id, v, lo)
	}
	for s := lo; s < hi && k.c.err == nil; s++ {
		k.learned(n, s, id)
		switch {
		case s > k.end()+1:
			k.c.fail("%s: applies %d after a gap: the log ends at %d", n.id, s, k.end())
		case s == k.end()+1:
			k.append(n, s, v)
		case k.log[s-k.base-1].id != id:
			k.c.fail("agreement: %s applies #%d at %d, where others applied #%d", n.id, id, s, k.log[s-k.base-1].id)
		}
	}
}

// append lets the log grow by what n is the first to apply.
func (k *checker) append(n *node, s int64, v []byte) {
	if v == nil {
		k.log = append(k.log, record{})
		return
	}
	mut, _ := decode(v)
	k.valid(n, s, mut)
	voters := k.store.voters()
	k.log = append(k.log, record{mut.id, k.store.apply(mut, s)})
	if after := k.store.voters(); after != voters {
		k.reconfigure(s+k.c.p.Alpha, after)
	}
}

func (k *checker) reconfigure(from int64, set uint64) {
	if set == 0 || set == k.configs[len(k.configs)-1].set {
		return
	}
	k.configs = append(k.configs, k.c.config(from, set))
	k.c.tracef("config from %d: %v", from, k.c.ids(set))
}

func (c *Cluster) config(from int64, set uint64) config {
	cfg := config{from: from, set: set}
	for i := range c.nodes {
		if set>>i&1 != 0 {
			cfg.members = append(cfg.members, i)
		}
	}
	slices.SortFunc(cfg.members, func(a, b int) int {
		if c.nodes[a].id < c.nodes[b].id {
			return -1
		}
		return 1
	})
	return cfg
}

// valid checks that a mutation may be in the log at s.
func (k *checker) valid(n *node, s int64, mut mutation) {
	if int(mut.id) > len(k.c.ops) {
		k.c.fail("validity: %s applies #%d at %d, which nobody proposed", n.id, mut.id, s)
		return
	}
	for len(k.at) < len(k.c.ops) {
		k.at = append(k.at, 0)
	}
	o := k.c.ops[mut.id-1]
	switch before := k.at[mut.id-1]; {
	case before != 0:
		k.c.fail("validity: #%d is applied at %d and again at %d", mut.id, before, s)
	case !o.begun || o.read || o.mut != mut:
		k.c.fail("validity: %s applies %v at %d, which nobody proposed", n.id, mut, s)
	case o.status == consensus.Readonly && o.end != 0:
		k.c.fail("validity: #%d was refused, and is applied at %d", mut.id, s)
	case s <= o.floor:
		k.c.fail("order: #%d is applied at %d, but %d had been shown when it was proposed", mut.id, s, o.floor)
	}
	k.at[mut.id-1] = s
}

// restored hears that a snapshot was installed at n.
func (k *checker) restored(n *node) {
	if n.applied > k.end() {
		k.c.fail("%s: restores %d, the log ends at %d", n.id, n.applied, k.end())
	}
}

// answered checks what n answered to a client.
func (k *checker) answered(n *node, o *op) {
	switch {
	case o.read && o.status == consensus.OK:
		if n.applied < o.floor {
			k.c.fail("stale read: %s answers operation %d at %d, but %d had been shown when it began", n.id, o.key, n.applied, o.floor)
		}
	case o.read:
		if o.status != consensus.NoQuorum {
			k.c.fail("%s: read %d ends with status %d", n.id, o.key, o.status)
		}
	case o.status == consensus.OK:
		k.acknowledged(n, o)
	case o.status == consensus.Readonly:
		if int(o.key) < len(k.at) && k.at[o.key] != 0 {
			k.c.fail("validity: #%d was applied at %d, and is refused", o.mut.id, k.at[o.key])
		}
	case o.status != consensus.Unknown:
		k.c.fail("%s: write %d ends with status %d", n.id, o.key, o.status)
	}
	k.c.noteShown(o)
}

// acknowledged checks that a mutation is where its answer says, for good.
func (k *checker) acknowledged(n *node, o *op) {
	if o.seqn <= k.base || o.seqn > min(n.applied, k.end()) {
		k.c.fail("%s: acknowledges #%d at %d, having applied %d", n.id, o.mut.id, o.seqn, n.applied)
		return
	}
	if rec := k.log[o.seqn-k.base-1]; rec != (record{o.mut.id, o.code}) {
		k.c.fail("validity: %s acknowledges #%d at %d with code %d; the log has #%d, code %d there",
			n.id, o.mut.id, o.seqn, o.code, rec.id, rec.code)
	}
}
