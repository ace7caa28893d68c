package sim

import (
	"fmt"
	"strings"
	"time"

	"github.com/ha/doozer/consensus"
	"github.com/kr/pretty"
)

// tracef writes a line of the trace, where one is wanted. It is cheap where
// none is, but for its arguments: the hot path asks first.
func (c *Cluster) tracef(format string, args ...any) {
	if c.trace != nil {
		fmt.Fprintf(c.trace, "%s  %s\n", stamp(c.now), fmt.Sprintf(format, args...))
	}
}

// tracePacket writes a line for each message of a packet.
func (c *Cluster) tracePacket(fate string, p *packet) {
	if c.trace == nil {
		return
	}
	for i := range p.msgs {
		c.tracef("%s <- %s %s %s", c.nodes[p.to].id, c.nodes[p.from].id, show(&p.msgs[i]), fate)
	}
}

// stamp shows a virtual time in milliseconds.
func stamp(t int64) string { return fmt.Sprintf("%10.3fms", float64(t)/float64(time.Millisecond)) }

// show is a message in a line.
func show(msg *consensus.Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-8s", msg.Kind)
	switch msg.Kind {
	case consensus.Beat:
		fmt.Fprintf(&b, " applied %d use %d hears %v", msg.Lo, msg.Hi, msg.IDs)
		if msg.Num > 0 {
			fmt.Fprintf(&b, " asks at %s", stamp(msg.Num))
		}
	case consensus.Grant:
		fmt.Fprintf(&b, " of %s: %d", stamp(msg.Num), msg.Lo)
	case consensus.Ask, consensus.Refused:
		fmt.Fprintf(&b, " no. %d", msg.Num)
	case consensus.Seen, consensus.Passed:
		fmt.Fprintf(&b, " no. %d: %d", msg.Num, msg.Lo)
	case consensus.Pass:
		fmt.Fprintf(&b, " no. %d: #%d", msg.Num, idOf(msg.Value))
	case consensus.Follow, consensus.Behind:
		fmt.Fprintf(&b, " %d", msg.Lo)
	default:
		showRange(&b, msg)
	}
	if msg.Flag {
		b.WriteString(" flag")
	}
	return b.String()
}

// String lists the kinds of a set.
func (k kinds) String() string {
	var b strings.Builder
	for kind := consensus.Invite; kind <= consensus.Grant; kind++ {
		if k.has(kind) {
			b.WriteString(kind.String() + " ")
		}
	}
	return b.String()
}

func showRange(b *strings.Builder, msg *consensus.Message) {
	fmt.Fprintf(b, " %d", msg.Lo)
	if msg.Hi != msg.Lo+1 {
		fmt.Fprintf(b, "..%d", msg.Hi-1)
	}
	if msg.Round > 0 {
		fmt.Fprintf(b, " round %d", msg.Round)
	}
	if msg.VRound > 0 {
		fmt.Fprintf(b, " vround %d", msg.VRound)
	}
	if msg.Value != nil {
		fmt.Fprintf(b, " #%d", idOf(msg.Value))
	}
	if msg.Num > 0 {
		fmt.Fprintf(b, " holders %b", msg.Num)
	}
}

func (m mutation) String() string {
	on := ""
	if m.rev != clobber {
		on = fmt.Sprintf(" if at %d", m.rev)
	}
	switch m.op {
	case opSlot:
		return fmt.Sprintf("#%d slot %d = node %d%s", m.id, m.arg, m.node, on)
	case opAddr:
		return fmt.Sprintf("#%d node %d registers", m.id, m.arg)
	case opGone:
		return fmt.Sprintf("#%d node %d is forgotten", m.id, m.arg)
	case opDel:
		return fmt.Sprintf("#%d delete %d%s", m.id, m.arg, on)
	}
	return fmt.Sprintf("#%d set %d%s", m.id, m.arg, on)
}

func statusName(s consensus.Status) string {
	if s == lost {
		return "its node died"
	}
	return [...]string{"ok", "unknown", "readonly", "no quorum"}[s]
}

// describe is an answer in a line.
func describe(o *op) string {
	if o.read {
		return fmt.Sprintf("read: %s at %d", statusName(o.status), o.node.applied)
	}
	return fmt.Sprintf("%v: %s at %d, code %d", o.mut, statusName(o.status), o.seqn, o.code)
}

// dump shows the schedule's parameters and what each node knows.
func (c *Cluster) dump() string {
	var b strings.Builder
	pretty.Fprintf(&b, "%# v\n", c.p)
	for _, cfg := range c.check.configs {
		fmt.Fprintf(&b, "config from %d: %v\n", cfg.from, c.ids(cfg.set))
	}
	for _, n := range c.nodes {
		fmt.Fprintf(&b, "%s: applied %d, dead %v, asleep %d\n", n.id, n.applied, n.dead, n.asleep)
		if !n.dead && n.m != nil {
			pretty.Fprintf(&b, "%# v\n", n.m.Info())
		}
	}
	return b.String()
}
