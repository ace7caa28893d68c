package consensus

// maxOut bounds the messages that wait for one node between two Takes; more
// are lost, as on any network, and repeated.
const maxOut = 1 << 16

// mergeBack is how many of the messages that wait msg may be merged with. The
// slots of several owners, in turn, make as many ranges that grow at once.
const mergeBack = 8

// send queues msg for x. What follows on from a message that waits is merged
// into it: a batch of votes goes out as one range. The order of messages means
// nothing.
func (m *Machine) send(x *node, msg Message) {
	if !x.linked || x == m.self {
		return
	}
	if msg.Kind.ranged() && len(msg.Value) == 0 {
		for k := len(x.out) - 1; k >= max(0, len(x.out)-mergeBack); k-- {
			if m.merge(&x.out[k], &msg) {
				return
			}
		}
	}
	if len(x.out) < maxOut {
		x.out = append(x.out, msg)
	}
}

// broadcast queues msg for all members of c but this node.
func (m *Machine) broadcast(c *config, msg Message) {
	for _, x := range c.nodes {
		m.send(x, msg)
	}
}

// merge widens last by msg, which names seqns and holds no mutation, if the
// union names just what both name.
func (m *Machine) merge(last, msg *Message) bool {
	if last.Kind != msg.Kind || len(last.Value) > 0 || last.Round != msg.Round || last.Num != msg.Num || last.VRound != msg.VRound || last.Flag != msg.Flag {
		return false
	}
	next := last.Hi == msg.Lo
	if msg.Kind != Value && !msg.Flag {
		next = m.follows(last, msg)
	}
	if next {
		last.Hi = msg.Hi
	}
	return next
}

// follows reports whether msg's first named seqn is the next one after last's
// last that the kind can name. Both ranges begin and end with a named seqn.
func (m *Machine) follows(last, msg *Message) bool {
	if !m.win.has(last.Hi-1) || !m.win.has(msg.Lo) {
		return false
	}
	c := m.configs.at(msg.Lo)
	return c == m.configs.at(last.Hi-1) && msg.Lo == last.Hi-1+int64(len(c.nodes))
}
