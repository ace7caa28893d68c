package main

// coordinators are bugs of coordinators, who count and nominate.
func coordinators() []mutant {
	return []mutant{
		{
			name:  "a late RSVP changes the value",
			rule:  "at most one value per seqn and round",
			edits: in("coordinator.go", `|| r == 1 || c.nominated {`, `|| r == 1 {`),
		},
		{
			name:  "the votes that RSVPs tell are ignored",
			rule:  "the value of the highest vote is nominated",
			edits: in("coordinator.go", `if vrnd > c.best {`, `if vrnd < 0 {`),
		},
		{
			name:  "the first RSVP with a vote counts, not the highest",
			rule:  "the value of the highest vote is nominated",
			edits: in("coordinator.go", `if vrnd > c.best {`, `if vrnd > 0 && c.best == 0 {`),
		},
		{
			name:  "the last RSVP with a vote counts, not the highest",
			rule:  "the value of the highest vote is nominated",
			edits: in("coordinator.go", `if vrnd > c.best {`, `if vrnd > 0 {`),
		},
		{
			name: "a round above 1 brings in a mutation that waits",
			rule: "above round 1 nobody nominates a value of its own",
			edits: in("agree.go", `	v := in.coord.cval
	if v != nil {
		m.sawMutation(s)`, `	if in.coord.cval == nil && in.prop == nil && m.queue.len() > 0 && !m.queue.front().ended {
		p := m.queue.pop()
		in.coord.cval, in.prop, p.s = p.value, p, s
		m.inflight += int64(len(p.value))
	}
	v := in.coord.cval
	if v != nil {
		m.sawMutation(s)`),
		},
		{
			name: "the owner nominates its value again in a round above 1",
			rule: "above round 1 nobody nominates a value of its own",
			edits: in("agree.go", `	v := in.coord.cval
	if v != nil {
		m.sawMutation(s)`, `	if in.coord.cval == nil && in.prop != nil {
		in.coord.cval = in.prop.value
	}
	v := in.coord.cval
	if v != nil {
		m.sawMutation(s)`),
		},
		{
			name:  "the RSVPs of the round before are kept",
			rule:  "a quorum promised this very round",
			edits: in("coordinator.go", `coordinator{round: r, told: c.told}`, `coordinator{round: r, told: c.told, rsvps: c.rsvps}`),
		},
		{
			name:  "the RSVPs of other rounds count",
			rule:  "a quorum promised this very round",
			edits: in("coordinator.go", `if r != c.round || r == 1 || c.nominated {`, `if c.round <= 1 || c.nominated {`),
		},
		{
			name:  "the votes of the round before are kept",
			rule:  "a quorum voted in one round",
			edits: in("coordinator.go", `coordinator{round: r, told: c.told}`, `coordinator{round: r, told: c.told, votes: c.votes}`),
		},
		{
			name:   "the votes of other rounds count",
			rule:   "a quorum voted in one round",
			edits:  in("coordinator.go", `if r != c.round || !c.nominated {`, `if !c.nominated {`),
			script: "TestVotesOfOtherRoundsDoNotCount",
		},
		{
			name: "the coordinator counts its own vote though it promised a higher round",
			rule: "a vote at or above the promise only",
			edits: in("agree.go", `	if in.nominate(r, v) {
		m.countVote`, `	in.nominate(r, v)
	if true {
		m.countVote`),
		},
		{
			name:  "a round is run twice",
			rule:  "rounds only grow",
			edits: in("fill.go", `c.mine(s, max(1, in.promised, in.coord.round, in.coord.told))`, `c.mine(s, max(1, in.coord.round-1))`),
		},
		{
			name:  "VOTEs of those who are no members at the seqn count",
			rule:  "votes and answers count only from members of config(s)",
			edits: in("agree.go", `m.countVote(s, in, c, c.place(x), msg.Round,`, `m.countVote(s, in, c, max(0, c.place(x)), msg.Round,`),
		},
		{
			name: "VOTEs of strangers count",
			rule: "votes and answers count only from members of config(s)",
			edits: []edit{
				{"agree.go", `m.countVote(s, in, c, c.place(x), msg.Round,`, `m.countVote(s, in, c, max(0, c.place(x)), msg.Round,`},
				{"step.go", `	}
	return m.isMember(x)
}`, `	}
	return true
}`},
			},
		},
		{
			name: "RSVPs of those who are no members at the seqn count",
			rule: "votes and answers count only from members of config(s)",
			edits: in("agree.go", `	from := c.place(x)
`, `	from := max(0, c.place(x))
`),
		},
	}
}
