package main

// membership are bugs in changes of membership.
func membership() []mutant {
	return []mutant{
		{
			name: "a snapshot carries the first of its configs only",
			rule: "a snapshot at a carries config(a+1) ... config(a+alpha)",
			edits: in("config.go", `		ms := Membership{From: c.from}
`, `		if i > 0 {
			break
		}
		ms := Membership{From: c.from}
`),
		},
		{
			name: "a snapshot carries the newest config only",
			rule: "a snapshot at a carries config(a+1) ... config(a+alpha)",
			edits: in("config.go", `		c := &m.configs[i]
		ms := Membership{From: c.from}
`, `		if i < len(m.configs)-1 {
			continue
		}
		c := &m.configs[i]
		ms := Membership{From: min(c.from, m.applied+1)}
`),
		},
		{
			name: "a change of membership is not in force until somebody writes",
			rule: "it counts as use of s + alpha",
			edits: in("machine.go", `		m.noteUse(ms.From+m.cfg.Alpha, m.self)
`, ``),
		},
	}
}
