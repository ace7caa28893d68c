package main

// agreement are bugs of acceptors and learners.
func agreement() []mutant {
	return []mutant{
		{
			name:  "a promise is forgotten",
			quick: true,
			rule:  "a vote at or above the promise only",
			edits: in("acceptor.go", `	a.promised = r
	return true`, `	return true`),
		},
		{
			name:  "votes below its promise",
			rule:  "a vote at or above the promise only",
			edits: in("acceptor.go", `if r < a.promise() || a.vrnd > r {`, `if a.vrnd > r {`),
		},
		{
			name:  "RSVP hides the vote",
			quick: true,
			rule:  "RSVP tells the latest vote",
			edits: in("agree.go", `VRound: in.vrnd, Value: in.vval})`, `VRound: 0})`),
		},
		{
			name: "answers as if it had no vote where it applied long ago",
			rule: "no promise or vote at or below applied, after a snapshot too",
			edits: in("agree.go", `		m.send(x, Message{Kind: Behind, Lo: m.log.floor})
		return`, `		if msg.Kind == Invite {
			m.send(x, Message{Kind: Rsvp, Lo: msg.Lo, Hi: msg.Hi, Round: msg.Round})
		} else {
			m.send(x, Message{Kind: Vote, Lo: msg.Lo, Hi: msg.Hi, Round: msg.Round})
		}
		return`),
		},
		{
			name: "INVITE taken for a range by the first one's coordinator",
			rule: "the sender is checked for every seqn of a range",
			edits: append(wholeRange(), edit{"agree.go", `	m.answerApplied(x, msg)
	for s, in := range m.named(`, `	m.answerApplied(x, msg)
	for s, in := range m.ranged(`}),
		},
		{
			name: "NOMINATE taken for a range by the first one's coordinator",
			rule: "the sender is checked for every seqn of a range",
			edits: append(wholeRange(), edit{"agree.go", `		x.wantSkip = true
	}
	for s, in := range m.named(`, `		x.wantSkip = true
	}
	for s, in := range m.ranged(`}),
		},
		{
			name: "LEARN counts for those of its range that its sender did not coordinate",
			rule: "the sender is checked for every seqn of a range",
			edits: in("learn.go", `	for s, in := range m.named(msg.Lo, msg.Hi, msg.Round, x) {
		switch {`, `	for s := max(msg.Lo, m.win.lo); s < min(msg.Hi, m.win.hi+1); s++ {
		in := m.win.at(s)
		switch {`),
		},
		{
			name:  "LEARN that names another round is taken for the own vote",
			rule:  "who voted in that very round has the value",
			edits: in("learn.go", `case in.vrnd == msg.Round:`, `case in.vrnd > 0:`),
		},
		{
			name:  "LEARN's flag is taken for set",
			rule:  "with the flag only, the others of a range are nops",
			edits: in("learn.go", `if !msg.Flag {`, `if msg.Lo == 0 {`),
		},
		{
			name:  "LEARN's flag holds for the coordinator's own seqns too",
			rule:  "with the flag, the *others* of a range are nops",
			edits: in("learn.go", `!in.learned && m.configs.at(s).coordinator(s, msg.Round) != x {`, `!in.learned {`),
		},
		{
			name:  "what was not learned is announced as nop",
			rule:  "a nop is told when it was learned",
			edits: in("learn.go", `return in.learned && in.value == nil`, `return in.value == nil`),
		},
		{
			name: "messages of different rounds are merged",
			rule: "a message names one round",
			edits: in("outbox.go", `len(last.Value) > 0 || last.Round != msg.Round ||`,
				`len(last.Value) > 0 ||`),
		},
		{
			name:  "messages are merged over seqns between them",
			rule:  "ranges are explicit",
			edits: in("outbox.go", `msg.Lo == last.Hi-1+int64(len(c.nodes))`, `msg.Lo >= last.Hi-1+int64(len(c.nodes))`),
		},
		{
			name: "what anybody says was learned is believed",
			rule: "a stranger's claims reach no state",
			edits: in("step.go", `return m.isMember(x) || x == m.source && m.trusts(x)
`, `return true
`),
		},
	}
}

// wholeRange adds a method that takes a range as its first seqn's coordinator's.
func wholeRange() []edit {
	return in("slots.go", `// segment is the config of s`, `func (m *Machine) ranged(lo, hi, r int64, x *node) iter.Seq2[int64, *instance] {
	return func(yield func(int64, *instance) bool) {
		lo = max(lo, m.win.lo)
		if !m.win.has(lo) || m.configs.at(lo).coordinator(lo, r) != x {
			return
		}
		for s := lo; s < min(hi, m.win.hi+1) && yield(s, m.win.at(s)); s++ {
		}
	}
}

// segment is the config of s`)
}
