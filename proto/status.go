package proto

// Status is what a node says of itself: the value of the answer to STATUS, as
// JSON. More may be added to it.
type Status struct {
	ID       string `json:"id"`
	Cluster  string `json:"cluster"`
	Addr     string `json:"addr"`
	Version  string `json:"version"`
	Member   bool   `json:"member"`   // it has a slot
	Writable bool   `json:"writable"` // it takes writes itself; else it passes them on

	Rev       int64 `json:"rev"`        // of the last change that it applied
	Applied   int64 `json:"applied"`    // up to here it has applied the log
	FirstKept int64 `json:"first_kept"` // the lowest revision that it can read
	LeaseMS   int64 `json:"lease_ms"`   // for how long it may yet read without asking others, in milliseconds; 0: it has to ask; -1: there is nobody to ask

	Quorum   int            `json:"quorum"`  // of the members
	Members  []MemberStatus `json:"members"` // as this node sees them
	Sessions int            `json:"sessions"`
	Clients  int            `json:"clients"` // connections to this node
}

// MemberStatus is what a node knows of a member.
type MemberStatus struct {
	ID      string `json:"id"`
	HeardMS int64  `json:"heard_ms"` // since it was last heard, in milliseconds; -1: never
	Links   int    `json:"links"`    // members, itself counted, that hear it and that it hears
	Suspect bool   `json:"suspect"`  // nothing is expected of it for now
	Applied int64  `json:"applied"`  // as it last said
}
