package consensus

// maxOut bounds the messages that wait for one node between two Takes; more
// are lost, as on any network, and repeated.
const maxOut = 1 << 16

// send queues msg for x. What follows on from the last message is merged into
// it: a batch of votes goes out as one range.
func (m *Machine) send(x *node, msg Message) {
	if !x.linked || x == m.self {
		return
	}
	if k := len(x.out); k > 0 && m.merge(x, &x.out[k-1], &msg) {
		return
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

// merge widens last by msg if the union names just what both name.
func (m *Machine) merge(x *node, last, msg *Message) bool {
	if last.Kind != msg.Kind || !msg.Kind.ranged() || len(last.Value) > 0 || len(msg.Value) > 0 ||
		last.Round != msg.Round || last.VRound != msg.VRound || last.Flag != msg.Flag {
		return false
	}
	if last.Kind == Value || last.Flag {
		return m.widen(last, msg, last.Hi == msg.Lo)
	}
	return m.widen(last, msg, m.follows(x, last, msg))
}

func (m *Machine) widen(last, msg *Message, ok bool) bool {
	if ok {
		last.Hi = msg.Hi
	}
	return ok
}

// follows reports whether msg's first named seqn is the next one after last's
// last that the kind can name. Both ranges begin and end with a named seqn.
func (m *Machine) follows(x *node, last, msg *Message) bool {
	if !m.win.has(last.Hi-1) || !m.win.has(msg.Lo) {
		return false
	}
	c := m.configs.at(msg.Lo)
	return c == m.configs.at(last.Hi-1) && msg.Lo == last.Hi-1+int64(len(c.nodes))
}
