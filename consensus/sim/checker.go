package sim

import (
	"bytes"
	"math/bits"
	"slices"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/store"
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
	log     []record // log[0] is the base itself
	events  []change // of all mutations of the log, in order
	model   *model   // the tree as of the end of the log
	addrs   uint64   // nodes that have an address there
	configs []config // ascending; they cover all from base+1 on
	ballots []ballot
	places  []int64 // by operation: the seqn of its mutation, or 0
}

// record is what the log says of a seqn.
type record struct {
	id    uint32 // of the mutation; nop: 0
	code  int32
	rev   int64  // the highest seqn up to here with a mutation
	sum   uint64 // of the tree, see model
	event uint64 // the mark of the change that watchers see; none: 0
}

// change is what watchers are to see of a mutation.
type change struct {
	seqn int64
	path string
	mark uint64
}

func newChecker(c *Cluster, base int64, files []store.File, configs []config) *checker {
	k := &checker{c: c, base: base, configs: configs, model: newModel()}
	for _, f := range files {
		k.model.put(f.Path, f.Value, f.Rev)
		k.model.rev = f.Rev
	}
	k.addrs = c.registered(k.model.get)
	k.log = []record{{rev: k.model.rev, sum: k.model.sum}}
	return k
}

// at is what the log says of s, which it must hold.
func (k *checker) at(s int64) *record { return &k.log[s-k.base] }

// memberships tells the configs that the cluster starts with.
func (k *checker) memberships() []consensus.Membership {
	var out []consensus.Membership
	for _, cfg := range k.configs {
		out = append(out, consensus.Membership{From: cfg.from, Members: k.c.ids(cfg.set)})
	}
	return out
}

func (k *checker) end() int64 { return k.base + int64(len(k.log)) - 1 }

// config is that of s, which must be within alpha of the log's end.
func (k *checker) config(s int64) *config {
	i := len(k.configs) - 1
	for i > 0 && k.configs[i].from > s {
		i--
	}
	return &k.configs[i]
}

// newest is the config of the log's end and beyond.
func (k *checker) newest() *config { return &k.configs[len(k.configs)-1] }

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
		case k.at(s).id != id:
			k.c.fail("agreement: %s applies #%d at %d, where others applied #%d", n.id, id, s, k.at(s).id)
		}
	}
}

// append lets the log grow by what n is the first to apply.
func (k *checker) append(n *node, s int64, v []byte) {
	if v == nil {
		k.log = append(k.log, record{rev: k.model.rev, sum: k.model.sum})
		return
	}
	if k.valid(n, s, v); k.c.err != nil {
		return
	}
	mut := k.c.ops[idOf(v)-1].mut
	voters := uint64(0)
	if mut.ofCtl() {
		voters = k.c.voters(k.model.get)
	}
	path, value := k.c.target(mut)
	code, event := k.model.apply(s, mut, path, value)
	rec := record{id: mut.id, code: code, rev: s, sum: k.model.sum}
	if event.Path != "" {
		rec.event = k.model.eventMark(&event)
		k.events = append(k.events, change{s, event.Path, rec.event})
	}
	k.log = append(k.log, rec)
	if mut.ofCtl() {
		k.addrs = k.c.registered(k.model.get)
		if after := k.c.voters(k.model.get); after != voters {
			k.reconfigure(s+k.c.p.Alpha, after)
		}
	}
}

func (k *checker) reconfigure(from int64, set uint64) {
	if set == 0 || set == k.newest().set {
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
func (k *checker) valid(n *node, s int64, v []byte) {
	id := idOf(v)
	if id == 0 || int(id) > len(k.c.ops) {
		k.c.fail("validity: %s applies #%d at %d, which nobody proposed", n.id, id, s)
		return
	}
	for len(k.places) < len(k.c.ops) {
		k.places = append(k.places, 0)
	}
	o := k.c.ops[id-1]
	switch before := k.places[id-1]; {
	case before != 0:
		k.c.fail("validity: #%d is applied at %d and again at %d", id, before, s)
	case !o.begun || o.read || !bytes.Equal(o.bytes, v):
		k.c.fail("validity: %s applies %q at %d, which nobody proposed", n.id, v, s)
	case o.status == consensus.Readonly && o.end != 0:
		k.c.fail("validity: #%d was refused, and is applied at %d", id, s)
	case s <= o.floor:
		k.c.fail("order: #%d is applied at %d, but %d had been shown when it was proposed", id, s, o.floor)
	}
	k.places[id-1] = s
}

// fate tells where the log has o's mutation, and with what result.
func (k *checker) fate(o *op) (seqn int64, code int32) {
	if int(o.key) >= len(k.places) || k.places[o.key] == 0 {
		return 0, 0
	}
	seqn = k.places[o.key]
	return seqn, k.at(seqn).code
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
		if at, _ := k.fate(o); at != 0 {
			k.c.fail("validity: #%d was applied at %d, and is refused", o.mut.id, at)
		}
	case o.status != consensus.Unknown:
		k.c.fail("%s: write %d ends with status %d", n.id, o.key, o.status)
	}
	k.c.learn(o)
}

// acknowledged checks that a mutation is where its answer says, for good.
func (k *checker) acknowledged(n *node, o *op) {
	if o.seqn <= k.base || o.seqn > min(n.applied, k.end()) {
		k.c.fail("%s: acknowledges #%d at %d, having applied %d", n.id, o.mut.id, o.seqn, n.applied)
		return
	}
	if rec := k.at(o.seqn); rec.id != o.mut.id || rec.code != o.code {
		k.c.fail("validity: %s acknowledges #%d at %d with code %d; the log has #%d, code %d there",
			n.id, o.mut.id, o.seqn, o.code, rec.id, rec.code)
	}
}
