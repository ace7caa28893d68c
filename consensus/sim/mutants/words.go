package main

// words are bugs in what the protocol's words mean.
func words() []mutant {
	return []mutant{
		{
			name:  "a quorum is n/2",
			quick: true,
			rule:  "a quorum is a majority",
			edits: in("coordinator.go", `>= of/2+1 }

// blocks`, `>= max(of/2, 1) }

// blocks`),
		},
		{
			name: "half of an even membership is a quorum",
			rule: "a quorum is a majority",
			edits: in("coordinator.go", `>= of/2+1 }

// blocks`, `>= (of+1)/2 }

// blocks`),
		},
		{
			name: "the newest config that is known counts for all seqns",
			rule: "config(s) is that of s - alpha",
			edits: []edit{
				{"config.go", `if cs[i].from <= s {`, `if true {`},
				{"slots.go", `if i == 0 || m.configs[i].from <= s {`, `if true {`},
			},
		},
		{
			name: "a config comes in force one seqn early",
			rule: "config(s) is that of s - alpha",
			edits: in("machine.go", `m.addConfig(Membership{From: ms.From + m.cfg.Alpha, Members: ms.Members})`,
				`m.addConfig(Membership{From: ms.From + m.cfg.Alpha - 1, Members: ms.Members})`),
		},
		{
			name:  "a config is forgotten one seqn early",
			rule:  "config(s) is that of s - alpha",
			edits: in("config.go", `m.configs[i+1].from <= m.win.lo {`, `m.configs[i+1].from <= m.win.lo+1 {`),
		},
		{
			name:  "takes part one seqn beyond its window",
			rule:  "no part beyond applied + alpha",
			edits: in("instance.go", `hi: applied + alpha}`, `hi: applied + alpha + 1}`),
		},
		{
			name: "the acceptor's memory is lost with a snapshot",
			rule: "no amnesia under one id",
			edits: in("machine.go", `	m.win.advance(st.Applied + 1)
	m.chosen`, `	m.win = newWindow(st.Applied, m.cfg.Alpha)
	m.chosen`),
		},
		{
			name: "who slept comes back without its acceptors' memory",
			rule: "no amnesia under one id",
			edits: in("liveness.go", `	if late <= 0 {
		return
	}
`, `	if late <= 0 {
		return
	}
	for s := m.win.lo; s <= m.win.hi && late > int64(m.cfg.Fill); s++ {
		m.win.at(s).acceptor = acceptor{}
	}
`),
		},
		{
			name:  "a slot of the window is not cleared for its next seqn",
			rule:  "each seqn is an instance of its own",
			edits: in("instance.go", `w.ring[s&w.mask] = instance{}`, `w.ring[s&w.mask].learned = false`),
		},
	}
}
