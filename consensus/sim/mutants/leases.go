package main

// leases are bugs of those who read by leases.
func leases() []mutant {
	return []mutant{
		{
			name:  "the holder counts a lease from the receipt of the GRANT",
			rule:  "a holder counts from when it asked",
			edits: in("lease.go", `until := msg.Num + `, `until := m.now + `),
		},
		{
			name:   "the holder does not allow for its clock",
			rule:   "a holder counts for less by what clocks differ",
			edits:  in("lease.go", `m.cfg.Lease), 1-ClockError)`, `m.cfg.Lease), 1)`),
			script: "TestScriptClocks",
		},
		{
			name: "neither holder nor grantor allows for the clocks",
			rule: "a holder counts for less by what clocks differ",
			edits: []edit{
				{"lease.go", `m.cfg.Lease), 1-ClockError)`, `m.cfg.Lease), 1)`},
				{"lease.go", `stretch(m.cfg.Lease, 1+ClockError)`, `int64(m.cfg.Lease)`},
			},
			script: "TestScriptClocks",
		},
		{
			name:   "the holder counts by its own length of a lease",
			rule:   "a holder counts by the shorter length of the two",
			edits:  in("lease.go", `min(time.Duration(msg.Round), m.cfg.Lease)`, `m.cfg.Lease`),
			script: "TestLeaseIsAsLongAsTheGrantorSays",
		},
		{
			name: "the holder judges whether there was a gap",
			rule: "a gap is for the grantor's clock to judge",
			edits: in("lease.go", `	x.granted = grant{until: until, seen: msg.Lo}`, `	if msg.Num < x.granted.until {
		x.granted.until = until
		return
	}
	x.granted = grant{until: until, seen: msg.Lo}`),
			script: "TestScriptLeaseGap",
		},
		{
			name: "who slept counts its leases on from when it woke",
			rule: "a holder counts from when it asked",
			edits: in("liveness.go", `		x.heard += late
`, `		x.heard += late
		x.granted.until += late
`),
		},
		{
			name:  "what the GRANTs tell was seen is left out",
			rule:  "a read waits until what its grantors saw is applied",
			edits: in("lease.go", `case x.granted.seen <= m.applied:`, `case true:`),
		},
		{
			name:  "a read that waits leaves out what the GRANTs tell was seen",
			rule:  "a read waits until what its grantors saw is applied",
			edits: in("read.go", `q.point = max(q.point, x.granted.seen)`, `q.point = max(q.point, 0*x.granted.seen)`),
		},
		{
			name: "a GRANT that comes while a read waits counts for it",
			rule: "a read waits until what its grantors saw is applied",
			edits: in("read.go", `for _, x := range q.leased {
				if`, `for _, x := range m.grantors() {
				if`),
		},
		{
			name:  "a holder leaves out its own seen",
			rule:  "a read waits until what its node saw is applied",
			edits: in("lease.go", `if m.applied < m.seen {`, `if m.applied < 0 {`),
		},
		{
			name: "leases of a majority of the first config are enough",
			rule: "a majority of every config of the seqns that may follow",
			edits: in("lease.go", `	for i := range m.configs {
		until = min`, `	for i := range m.configs[:1] {
		until = min`),
		},
		{
			name: "for a read that waits, leases of a majority of the first config are enough",
			rule: "a majority of every config of the seqns that may follow",
			edits: in("read.go", `		if !got.majority(len(c.nodes)) {
			return false`, `		if !got.majority(len(c.nodes)) && (i == 0 || len(q.leased) == 0) {
			return false`),
		},
		{
			name: "leases of a majority of the newest config are enough",
			rule: "a majority of every config of the seqns that may follow",
			edits: in("lease.go", `	for i := range m.configs {
		until = min(until, m.leaseIn(&m.configs[i]))`, `	for i := range m.configs[len(m.configs)-1:] {
		until = min(until, m.leaseIn(&m.configs[len(m.configs)-1-i]))`),
		},
		{
			name: "for a read that waits, leases of a majority of the newest config are enough",
			rule: "a majority of every config of the seqns that may follow",
			edits: in("read.go", `		if !got.majority(len(c.nodes)) {
			return false`, `		if !got.majority(len(c.nodes)) && (i == len(m.configs)-1 || len(q.leased) == 0) {
			return false`),
		},
		{
			name: "a holder reads where it is no member",
			rule: "a holder is a member of every config of the seqns that may follow",
			edits: in("lease.go", `	if c.self < 0 {
		return 0
	}
`, ``),
		},
		{
			name:  "leases count for a read that waits where its node is no member",
			rule:  "a holder is a member of every config of the seqns that may follow",
			edits: in("read.go", `if c.self >= 0 { // else`, `if c != nil { // else`),
		},
		{
			name: "a read goes by the time of the input before it",
			rule: "the clock is read after the read arrived",
			edits: in("machine.go", `	m.clock(now)
	if len(m.reads) == 0 {`, `	if len(m.reads) == 0 {`),
		},
		{
			name:  "the driver reads by the time of its latest turn",
			rule:  "the clock is read after the read arrived",
			edits: in("sim/client.go", `n.clock(c.now) < n.until`, `n.m.Info().Now < n.until`),
		},
		{
			name:  "the driver never takes a lease's end back",
			rule:  "the driver tells the new ReadUntil before the messages leave",
			edits: in("sim/node.go", `n.until = n.m.ReadUntil()`, `n.until = max(n.until, n.m.ReadUntil())`),
		},
	}
}
