package main

// proposals are bugs on a mutation's way from its client into the log, and of
// the answer's way back.
func proposals() []mutant {
	return []mutant{
		{
			name:  "proposed again when a higher promise is told",
			quick: true,
			rule:  "proposed again only after another value was learned there",
			edits: in("agree.go", `		in.coord.reject(from, msg.VRound, msg.Round)
`, `		in.coord.reject(from, msg.VRound, msg.Round)
		if p := in.prop; p != nil && msg.VRound == 1 && !p.ended {
			in.prop, p.s = nil, 0
			m.inflight -= int64(len(p.value))
			m.queue.pushFront(p)
		}
`),
		},
		{
			name: "proposed again when a snapshot passes it by",
			rule: "a snapshot past it: outcome unknown",
			edits: in("machine.go", `		m.end(in.prop, Unknown, 0, 0)
`, `		if p := in.prop; !p.ended {
			p.s = 0
			m.queue.pushFront(p)
		}
`),
		},
		{
			name:  "refused though it was nominated",
			rule:  "refused only when certain never to be in the log",
			edits: in("propose.go", `if p.s > 0 || p.via != nil {`, `if p.via != nil {`),
		},
		{
			name:  "refused though it was passed on",
			rule:  "refused only when certain never to be in the log",
			edits: in("propose.go", `if p.s > 0 || p.via != nil {`, `if p.s > 0 {`),
		},
		{
			name: "acknowledged when learned",
			rule: "acknowledged when learned *and applied*",
			edits: in("propose.go", `		return // p waits in the instance until it is applied
`, `		m.end(p, OK, p.s, 0)
		return
`),
		},
		{
			name:  "acknowledged with the result of another of the batch",
			rule:  "the answer is the mutation's own",
			edits: in("machine.go", `m.end(p, OK, e.Seqn, codes[i])`, `m.end(p, OK, e.Seqn, codes[i/2])`),
		},
		{
			name: "acknowledged by a follower that has not applied it",
			rule: "acknowledged when learned *and applied*",
			edits: in("pass.go", `	if p.at <= m.applied {
		m.end(p, OK, p.at, p.code)
		return`, `	if true {
		m.end(p, OK, p.at, p.code)
		return`),
		},
		{
			name:  "a number of passing on is taken twice",
			quick: true,
			rule:  "a member takes a number once",
			edits: in("pass.go", `if !x.passed.take(msg.Num) {`, `if msg.Num <= 0 {`),
		},
		{
			name:  "a fresh number makes it forget those just before",
			rule:  "a member takes a number once",
			edits: in("node.go", `n.bits[i/64] &^= 1 << (i % 64)`, `n.bits[i/64] = 0`),
		},
		{
			name:  "PASSED of anybody is believed",
			rule:  "only who took it answers a passing on",
			edits: in("pass.go", `if p == nil || p.via != x || p.at > 0 {`, `if p == nil || p.at > 0 {`),
		},
		{
			name: "REFUSED of anybody is believed",
			rule: "only who took it answers a passing on",
			edits: in("pass.go", `	if p == nil || p.via != x {
`, `	if p == nil {
`),
		},
		{
			name: "what was refused stays in the queue",
			rule: "refused only when certain never to be in the log",
			edits: []edit{
				{"propose.go", `	if p.s == 0 {
		p.value = nil`, `	if p.s != 0 {
		p.value = nil`},
				{"propose.go", `		if p.ended {
			m.queue.pop()`, `		if false {
			m.queue.pop()`},
			},
		},
		{
			name: "refuses what was passed on, and proposes it after all",
			rule: "a refusal is final for the number",
			edits: in("pass.go", `		m.send(x, Message{Kind: Refused, Num: msg.Num})
		return
`, `		m.send(x, Message{Kind: Refused, Num: msg.Num})
`),
		},
		{
			name: "passed on again when the link breaks",
			rule: "the link breaks: outcome unknown",
			edits: in("pass.go", `		m.passedOn(p)
		m.end(p, Unknown, 0, 0)
`, `		m.passedOn(p)
		p.via = nil
		if !p.ended {
			m.queue.pushFront(p)
		}
`),
		},
	}
}
