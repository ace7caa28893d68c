package main

// skips are bugs of owners, who nominate at their slots or give them away.
func skips() []mutant {
	return []mutant{
		{
			name: "a slot that was skipped is nominated",
			rule: "a slot that was skipped is never nominated",
			edits: []edit{
				{"owner.go", `	m.raiseNext(to + 1)
}`, `}`},
				{"owner.go", `!in.learned && in.promise() == 1`, `in.promise() == 1`},
			},
		},
		{
			name:  "SKIP names slots that were nominated",
			quick: true,
			rule:  "a slot that was nominated is never named by a SKIP",
			edits: in("owner.go", `if !in.mine {`, `if in != nil {`),
		},
		{
			name: "skips past its own nomination",
			rule: "a slot that was nominated is never named by a SKIP",
			edits: in("propose.go", `	m.next = s + 1
`, ``),
		},
		{
			name: "skips past its own nomination, with no assertion in the way",
			rule: "a slot that was nominated is never named by a SKIP",
			edits: []edit{
				{"propose.go", `	m.next = s + 1
`, ``},
				{"owner.go", `if in.mine {
			panic`, `if false {
			panic`},
				{"owner.go", `if !in.mine {`, `if in != nil {`},
				{"owner.go", `!in.learned && in.promise() == 1`, `!in.learned && !in.mine && in.promise() == 1`},
			},
		},
		{
			name:  "a SKIP counts for all of the owner's slots below it",
			rule:  "nothing is inferred from a watermark",
			edits: in("owner.go", `range m.named(msg.Lo, msg.Hi, 1, x) {`, `range m.named(m.win.lo, msg.Hi, 1, x) {`),
		},
		{
			name:  "a SKIP counts for all slots of its range",
			rule:  "a SKIP of s only from owner(s)",
			edits: append(wholeRange(), edit{"owner.go", `range m.named(msg.Lo, msg.Hi, 1, x) {`, `range m.ranged(msg.Lo, msg.Hi, 1, x) {`}),
		},
		{
			name: "a SKIP of anybody counts",
			rule: "a SKIP of s only from owner(s)",
			edits: in("owner.go", `	for s, in := range m.named(msg.Lo, msg.Hi, 1, x) {
		if in.learned {`, `	for s := max(msg.Lo, m.win.lo); s < min(msg.Hi, m.win.hi+1); s++ {
		in := m.win.at(s)
		if in.learned {`),
		},
		{
			name:  "a snapshot moves next down",
			rule:  "next only moves up",
			edits: in("machine.go", `m.next = max(m.next, st.Applied+1)`, `m.next = st.Applied + 1`),
		},
		{
			name:  "an owner takes back a slot that was promised away",
			rule:  "the owner nominates where all still promise round 1",
			edits: in("owner.go", `!in.learned && in.promise() == 1 && !in.lost(1, c)`, `!in.learned && !in.lost(1, c)`),
		},
		{
			name:  "nobody skips",
			rule:  "unused slots below a use are skipped at once",
			edits: in("owner.go", `to := min(m.use, m.win.hi)`, `to := min(m.use, m.win.hi, 0)`),
		},
		{
			name: "nops count as use",
			rule: "fills, nops and skips are not use",
			edits: in("learn.go", `		m.noteUse(s, src)
	}
`, `	}
	m.noteUse(s, src)
`),
		},
		{
			name: "fills count as use",
			rule: "fills, nops and skips are not use",
			edits: in("agree.go", `		m.noteUse(s, m.self)
	}
	m.broadcast`, `	}
	m.noteUse(s, m.self)
	m.broadcast`),
		},
	}
}
