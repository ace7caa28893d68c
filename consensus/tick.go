package consensus

// Tick does what time brings. It is to be called when Due says, or a little before.
func (m *Machine) Tick(now int64) {
	m.clock(now)
	m.expire()
	m.expireReads()
	m.expireHolds()
	m.beats()
	m.fillStuck()
	m.repeat()
	m.askFollow()
	m.askAgain()
	m.due = m.nextTick()
}

// Due is the time of the next tick, 0 before the first one: at the latest fill/4 after the one before. It changes
// with each tick, and with nothing else. Who comes later than Config.Tick after it was asleep.
func (m *Machine) Due() int64 { return m.due }

// nextTick is soon while anything is under way that may have to be said again; else with the next heartbeat: a cluster
// that is idle is to cost next to nothing.
func (m *Machine) nextTick() int64 {
	soon := m.now + int64(m.cfg.Tick)/5*4
	if m.underway() {
		return soon
	}
	return max(soon, m.beatAt+m.beatEvery())
}

// underway reports whether something waits for others, or is behind.
func (m *Machine) underway() bool {
	return m.tip < max(m.use, m.seen, m.coordinated) || m.tip > m.applied ||
		m.queue.len() > 0 || len(m.reads) > 0 || len(m.questions) > 0 || m.lacking != nil || m.behind()
}
