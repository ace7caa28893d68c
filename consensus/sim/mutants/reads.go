package main

// reads are bugs of linearizable reads by quorum.
func reads() []mutant {
	return []mutant{
		{
			name: "a read asks nobody",
			rule: "a majority of every config of the seqns that may follow answered",
			edits: in("read.go", `		if !got.majority(len(c.nodes)) {
			return false`, `		if !got.majority(len(c.nodes)) {
			return true`),
		},
		{
			name: "a read asks for a majority of the first config only",
			rule: "a majority of every config of the seqns that may follow answered",
			edits: in("read.go", `	for i := range m.configs {
		c := &m.configs[i]
		var got`, `	for i := range m.configs[:1] {
		c := &m.configs[i]
		var got`),
		},
		{
			name: "a read asks for a majority of the newest config only",
			rule: "a majority of every config of the seqns that may follow answered",
			edits: in("read.go", `	for i := range m.configs {
		c := &m.configs[i]
		var got`, `	for i := range m.configs[len(m.configs)-1:] {
		c := &m.configs[len(m.configs)-1-i]
		var got`),
		},
		{
			name: "a read goes by the configs known when its question was sent",
			rule: "the configs of (m, m+alpha], known when m is applied",
			edits: []edit{
				{"read.go", `	asked    int64
`, `	asked    int64
	configs  configs
`},
				{"read.go", `	m.reads = nil
	m.questions = append`, `	m.reads = nil
	q.configs = slices.Clone(m.configs)
	m.questions = append`},
				{"read.go", `	for i := range m.configs {
		c := &m.configs[i]
		var got`, `	for i := range q.configs {
		c := &q.configs[i]
		var got`},
			},
			script: "TestScriptStaleRead",
		},
		{
			name:  "a read does not wait for its point",
			quick: true,
			rule:  "a read waits until applied >= m",
			edits: in("read.go", `if m.applied >= q.point && m.sufficient(q) {`, `if m.sufficient(q) {`),
		},
		{
			name: "a read joins a question that is under way",
			rule: "a read never joins a question sent before it began",
			edits: in("read.go", `	m.questionNum++
`, `	if n := len(m.questions); n > 0 {
		m.questions[n-1].keys = append(m.questions[n-1].keys, m.reads...)
		m.reads = nil
		m.answerReads()
		return
	}
	m.questionNum++
`),
		},
		{
			name:  "any answer counts for a question",
			rule:  "answers carry their question's number",
			edits: in("read.go", `if q.num != msg.Num {`, `if msg.Num == 0 {`),
		},
		{
			name:  "a reader leaves out its own seen",
			rule:  "m covers the reader's own seen",
			edits: in("read.go", `point: max(m.applied, m.seen),`, `point: m.applied,`),
		},
		{
			name:  "a member answers with what it applied",
			rule:  "seen covers what was voted for",
			edits: in("step.go", `Message{Kind: Seen, Num: msg.Num, Lo: m.seen}`, `Message{Kind: Seen, Num: msg.Num, Lo: m.applied}`),
		},
		{
			name: "a vote does not count as seen",
			rule: "seen covers what was voted for",
			edits: in("agree.go", `			if msg.Value != nil {
				m.sawMutation(s)
`, `			if msg.Value != nil {
`),
		},
		{
			name: "a reader waits for a seqn that nobody hurries",
			rule: "a seqn that a reader waits for is in use",
			edits: in("read.go", `		m.noteUse(q.point, m.self)
`, ``),
		},
	}
}
