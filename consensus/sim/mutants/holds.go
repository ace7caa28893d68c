package main

// holds are bugs of those who grant leases, and of coordinators, who wait for
// the holders.
func holds() []mutant {
	return []mutant{
		{
			name:  "a mutation waits for no holder",
			quick: true,
			rule:  "a mutation is learned when all holders that its voters name have voted",
			edits: in("coordinator.go", `return c.clear(n).majority(n)`, `return c.votes.majority(n)`),
		},
		{
			name:  "a mutation above round 1 waits for no holder",
			rule:  "a mutation is learned when all holders that its voters name have voted",
			edits: in("coordinator.go", `return c.clear(n).majority(n)`, `return c.clear(n).majority(n) || c.round > 1 && c.votes.majority(n)`),
		},
		{
			name:  "a mutation waits for the holders that one of its voters names",
			rule:  "a mutation is learned when all holders that its voters name have voted",
			edits: in("coordinator.go", `return c.clear(n).majority(n)`, `return c.clear(n) != 0 && c.votes.majority(n)`),
		},
		{
			name:  "a mutation waits only for those whom its coordinator holds",
			rule:  "a mutation is learned when all holders that its voters name have voted",
			edits: in("agree.go", `if in.coord.cval == nil {`, `if in.coord.cval == nil || from != c.self {`),
		},
		{
			name:  "a mutation does not wait for those whom its coordinator holds",
			rule:  "a mutation is learned when all holders that its voters name have voted",
			edits: in("agree.go", `if in.coord.cval == nil {`, `if in.coord.cval == nil || from == c.self {`),
		},
		{
			name:  "VOTE names no holders",
			rule:  "a vote names whom the voter holds",
			edits: in("agree.go", `msg.Num = int64(m.holders(c))`, `msg.Num = 0`),
		},
		{
			name:  "VOTE names the holders by their places in another config",
			rule:  "a vote names whom the voter holds",
			edits: in("agree.go", `msg.Num = int64(m.holders(c))`, `msg.Num = int64(m.holders(m.current()))`),
		},
		{
			name:   "VOTEs that name different holders are merged",
			rule:   "a vote names whom the voter holds",
			edits:  in("outbox.go", ` || last.Num != msg.Num`, ``),
			script: "TestScriptVotesInBulk",
		},
		{
			name:   "the holders that the first VOTE named are waited for to the end",
			rule:   "a repeated VOTE tells who is held now",
			edits:  in("coordinator.go", `held &= members(c.held[from])`, `held = members(c.held[from])`),
			script: "TestSilentHolder",
		},
		{
			name:  "a vote is repeated below a promise",
			rule:  "a vote at or above the promise only",
			edits: in("acceptor.go", `if a.vrnd == a.promised {`, `if a.vrnd <= a.promised {`),
		},
		{
			name: "a GRANT tells what was seen when the first one was given",
			rule: "a GRANT tells the grantor's seen when it began to hold",
			edits: []edit{
				{"lease.go", `if m.now >= x.held.until {`, `if x.held.seen == 0 {`},
				{"lease.go", `x.held, ended = hold{}, true`, `x.held, ended = hold{seen: x.held.seen}, true`},
			},
		},
		{
			name:  "a GRANT tells nothing of what was seen",
			rule:  "a GRANT tells the grantor's seen when it began to hold",
			edits: in("lease.go", `Message{Kind: Grant, Num: at, Lo: x.held.seen,`, `Message{Kind: Grant, Num: at, Lo: 0,`),
		},
		{
			name:  "a GRANT tells what was applied",
			rule:  "a GRANT tells the grantor's seen when it began to hold",
			edits: in("lease.go", `x.held.seen = m.seen //`, `x.held.seen = m.applied //`),
		},
		{
			name:   "the grantor holds for as long as the holder counts",
			rule:   "a grantor holds for longer by what clocks differ",
			edits:  in("lease.go", `stretch(m.cfg.Lease, 1+ClockError)`, `stretch(m.cfg.Lease, 1-ClockError)`),
			script: "TestScriptClocks",
		},
		{
			name:   "the grantor does not allow for its clock",
			rule:   "a grantor holds for longer by what clocks differ",
			edits:  in("lease.go", `stretch(m.cfg.Lease, 1+ClockError)`, `int64(m.cfg.Lease)`),
			script: "TestScriptClocks",
		},
		{
			name:  "the grantor holds from when it was asked, by the holder's clock",
			rule:  "a grantor holds from receipt, by its own clock",
			edits: in("lease.go", `m.now+stretch(m.cfg.Lease, 1+ClockError)`, `at+stretch(m.cfg.Lease, 1+ClockError)`),
		},
		{
			name: "the grantor forgets its holds with the link",
			rule: "a hold lasts for its time, whatever happens",
			edits: in("machine.go", `	x.linked = false
`, `	x.linked, x.held = false, hold{}
`),
		},
		{
			name:   "who is not heard by all is granted leases",
			rule:   "who can ask and not vote gets none",
			edits:  in("lease.go", `if y != x && m.isMember(y)`, `if y == nil && m.isMember(y)`),
			script: "TestNoLeaseForTheDeaf",
		},
	}
}
