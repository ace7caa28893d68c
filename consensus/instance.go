package consensus

// instance is all that a node holds of one seqn inside its window: the three
// roles' state, and what of its own hangs on it. The zero value is the
// beginning.
type instance struct {
	acceptor
	coord coordinator

	// The learner. Once learned, the value never changes.
	learned   bool
	value     []byte // nil: nop
	announced bool   // this node told the members, as the coordinator

	// The owner. A slot that was nominated is never named by a skip, and the
	// other way round: both are below next.
	mine bool      // this node nominated here in round 1
	prop *proposal // whose mutation that was; nil when it lost the slot

	sent  int64 // when the coordinator last said what it repeats
	times uint8 // how often it repeated it
}

// lost reports whether round r, the coordinator's or 1 before any, cannot win
// as things are: acceptors, this node's own among them, promised higher ones,
// and without them and those that are suspect there is no majority.
func (in *instance) lost(r int64, c *config) bool {
	rejects := in.coord.rejects
	if in.promise() > r {
		rejects = rejects.with(c.self)
	}
	return rejects != 0 && (rejects | c.suspects).blocks(len(c.nodes))
}
