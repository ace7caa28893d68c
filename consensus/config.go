package consensus

import "slices"

// MaxMembers is the largest n. A membership with more has no effect: like an
// empty one, it leaves the config as it was.
const MaxMembers = 16

// Membership says who the members are from a seqn on.
type Membership struct {
	From    int64
	Members []ID
}

// config is a Membership in force: config(s) for s in [from, the next one's).
type config struct {
	from  int64
	nodes []*node // sorted by id, none twice; never empty
	self  int     // this node's place, or -1

	suspects members // as of the latest judgement
}

// place is x's place in the config, or -1.
func (c *config) place(x *node) int { return slices.Index(c.nodes, x) }

func (c *config) owner(s int64) *node { return c.coordinator(s, 1) }

// coordinator is the node to whom round r of s belongs.
func (c *config) coordinator(s, r int64) *node {
	return c.nodes[(s+r-1)%int64(len(c.nodes))]
}

// mine is the lowest round above r of s that belongs to this node, which must
// be a member.
func (c *config) mine(s, r int64) int64 {
	n := int64(len(c.nodes))
	return r + 1 + ((int64(c.self)-(s+r))%n+n)%n
}

// configs are the configs that this node knows, ascending by from: they
// cover its window, and the first one covers its first seqn.
type configs []config

// at is config(s), for s in the window.
func (cs configs) at(s int64) *config {
	for i := len(cs) - 1; i > 0; i-- {
		if cs[i].from <= s {
			return &cs[i]
		}
	}
	return &cs[0]
}

// add puts a config in force from a seqn on. What cannot be a config (nobody,
// or too many) and what changes nothing leaves all as it was.
func (m *Machine) addConfig(ms Membership) {
	ids := slices.Clone(ms.Members)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 || len(ids) > MaxMembers {
		return
	}
	c := config{from: ms.From, self: slices.Index(ids, m.cfg.Self)}
	for _, id := range ids {
		x := m.node(id)
		if !m.isMember(x) {
			x.since = m.now // nobody has spoken of it yet
		}
		c.nodes = append(c.nodes, x)
	}
	if n := len(m.configs); n > 0 {
		last := &m.configs[n-1]
		if c.from <= last.from {
			panic("consensus: configs out of order")
		}
		if slices.Equal(last.nodes, c.nodes) {
			return
		}
	}
	m.configs = append(m.configs, c)
}

// pruneConfigs forgets the configs that end before the window.
func (m *Machine) pruneConfigs() {
	i := 0
	for i+1 < len(m.configs) && m.configs[i+1].from <= m.win.lo {
		i++
	}
	if i > 0 {
		m.configs = slices.Delete(m.configs, 0, i)
		m.forgetNodes()
	}
}

// Configs tells the configs that a snapshot at the applied seqn has to
// carry: the tree of that seqn alone cannot give them.
func (m *Machine) Configs() []Membership {
	var out []Membership
	for i := range m.configs {
		c := &m.configs[i]
		ms := Membership{From: c.from}
		for _, x := range c.nodes {
			ms.Members = append(ms.Members, x.id)
		}
		out = append(out, ms)
	}
	return out
}

// isMember reports whether x is in any config that this node knows.
func (m *Machine) isMember(x *node) bool {
	for i := range m.configs {
		if m.configs[i].place(x) >= 0 {
			return true
		}
	}
	return false
}

// current is the config of the first seqn that is not applied: by it a node
// judges who is cut off.
func (m *Machine) current() *config { return &m.configs[0] }
