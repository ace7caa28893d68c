package consensus

// Info is what a Machine knows of its cluster, for whoever keeps the
// membership in order and for those who look on.
type Info struct {
	Now            int64 // the time of the latest input
	Applied        int64
	Use            int64 // the highest seqn in use
	Member         bool  // this node is a member at the next seqn
	Writable       bool  // it takes writes itself, and does not pass them on
	Members        []MemberInfo
	Quorum         int   // of the members
	Contradictions int64 // values told that differ from what was learned: must be 0
}

// MemberInfo is what a Machine knows of a member at the next seqn.
type MemberInfo struct {
	ID      ID
	Heard   int64 // when it was last heard; itself: now
	Links   int   // members with a two-way link to it, itself counted
	Suspect bool
	Applied int64 // by its latest heartbeat
}

// Info tells the state of things. It makes a copy.
func (m *Machine) Info() Info {
	c := m.current()
	info := Info{
		Now: m.now, Applied: m.applied, Use: m.use,
		Member: c.self >= 0, Writable: !m.follower(),
		Quorum: quorum(c), Contradictions: m.contradictions,
	}
	for _, x := range c.nodes {
		mi := MemberInfo{ID: x.id, Heard: x.heard, Links: m.links(c, x), Suspect: m.suspect(x), Applied: x.applied}
		if x == m.self {
			mi.Heard, mi.Applied = m.now, m.applied
		}
		info.Members = append(info.Members, mi)
	}
	return info
}

// InFlight is how many seqns are in use, anywhere in the cluster as far as this
// node has heard, and not applied here.
func (m *Machine) InFlight() int64 { return max(0, m.use-m.applied) }
