package main

// liveness are bugs in filling, repeating and catching up.
func liveness() []mutant {
	return []mutant{
		{
			name:  "nobody fills",
			rule:  "a seqn in use that stays unlearned is filled",
			edits: in("fill.go", `if s > m.use || !m.win.has(s)`, `if s > 0 || s > m.use || !m.win.has(s)`),
		},
		{
			name:  "nothing is repeated",
			rule:  "what is unanswered is repeated",
			edits: in("fill.go", `if m.tip >= m.coordinated || m.now`, `if m.now > 0 || m.tip >= m.coordinated || m.now`),
		},
		{
			name: "no REJECT tells of a higher promise",
			rule: "a coordinator leaves a dead round at once",
			edits: in("agree.go", `	m.send(x, Message{Kind: Reject, Lo: s, Hi: s + 1, Round: in.promise(), VRound: r})
`, ``),
		},
		{
			name:  "who fills goes on with a dead round",
			rule:  "a coordinator leaves a dead round at once",
			edits: in("fill.go", `in.coord.round > 0 && !in.lost(in.coord.round, c) {`, `in.coord.round > 0 {`),
		},
		{
			name:  "who is behind asks nobody",
			rule:  "who is behind asks, each time another peer",
			edits: in("follow.go", `return m.lacking != nil || still && m.behind() || m.use > m.win.hi`, `return !still && m.behind()`),
		},
		{
			name: "who is behind always asks the same one",
			rule: "who is behind asks, each time another peer",
			edits: in("follow.go", `	m.sourceTurn++
`, ``),
		},
		{
			name:  "the log of mutations drops one more than it says",
			rule:  "no seqn is told as nop that may be a mutation",
			edits: in("log.go", `k.entries[k.head].Seqn <= k.floor {`, `k.entries[k.head].Seqn <= k.floor+1 {`),
		},
		{
			name:  "after a snapshot, all before it is told as nops",
			rule:  "no seqn is told as nop that may be a mutation",
			edits: in("log.go", `*k = kept{floor: applied,`, `*k = kept{`),
		},
		{
			name:  "who is told BEHIND does not fetch a snapshot",
			rule:  "a peer whose history is too short answers with a snapshot",
			edits: in("follow.go", `if m.tip < msg.Lo {`, `if m.tip < 0 {`),
		},
	}
}
