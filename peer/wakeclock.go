package peer

// wakeClock counts the time, in nanoseconds, during which this node was awake to look: of a time in
// which it did not, a part at most. What it has not seen meanwhile it holds against nobody;
// and on a busy machine, where it looks late each time, it still goes on.
type wakeClock struct {
	now    int64
	looked int64
}

// look goes on to a time by the monotonic clock, most at most.
func (c *wakeClock) look(at, most int64) {
	if c.looked != 0 {
		c.now += max(0, min(at-c.looked, most))
	}
	c.looked = at
}
