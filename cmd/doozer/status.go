package main

import (
	"context"
	"fmt"
	"text/tabwriter"
)

func statusVerb() verb {
	return verb{
		name: "status", formats: "json",
		brief: "tell how the cluster and each node is",
		help: `Asks each node, all at once and for 2 s at most, and prints of each: its id and
address; its slot if it is a member; the revision that it has applied, and how far
that is behind the highest; whether it takes writes itself; its version; and
whether it answers. Of a node that does not, the revision is what it last wrote to
the tree. If the cluster has no quorum, the list is that of one node, which may be
old, and the exit status is 127.

    $ doozer status
    ID                ADDR            ROLE      SLOT  APPLIED  LAG  WRITES  VERSION  ANSWERS
    TODGJ74JPKBC2L4S  127.0.0.1:8046  member    0     49321    0    yes     v0.1.0   yes
    6MSKHYCO3WEZ2U3L  127.0.0.1:8047  follower  -     49321    0    no      v0.1.0   yes

    revision 49321; 1 member, 1 of them answering
`,
		run: tellStatus,
	}
}

func tellStatus(ctx context.Context, s *session, _ []string) error {
	cl, err := survey(ctx, s.client, quick)
	if err != nil {
		return err
	}
	if err := s.printStatus(cl); err != nil {
		return err
	}
	if cl.quorum != nil {
		return fmt.Errorf("%d of %s answer: %w", alive(cl.members()), plural(len(cl.members()), "member", "members"), cl.quorum)
	}
	return nil
}

func (s *session) printStatus(cl *cluster) error {
	if s.format == inJSON {
		for _, n := range cl.nodes {
			if err := s.printJSON(n); err != nil {
				return err
			}
		}
		return nil
	}
	t := s.newTable("ID", "ADDR", "ROLE", "SLOT", "APPLIED", "LAG", "WRITES", "VERSION", "ANSWERS")
	for _, n := range cl.nodes {
		writes, answers := s.answers(n)
		t.row(n.ID, n.Addr, n.Role, n.Slot, n.Applied, n.Lag, writes, n.Version, answers)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	rev := "no quorum"
	if cl.quorum == nil {
		rev = fmt.Sprint("revision ", cl.rev)
	}
	members := cl.members()
	_, err := fmt.Fprintf(s.out, "\n%s; %s, %d of them answering\n", rev, plural(len(members), "member", "members"), alive(members))
	return err
}

// answers is whether a node takes writes, and whether it answers. What a silent one
// said of itself means little.
func (s *session) answers(n *node) (writes, answers string) {
	if !n.Answers {
		return "", s.color.bad("no: " + n.Error)
	}
	return yes(n.Writable), "yes"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// table is text in columns.
type table struct{ *tabwriter.Writer }

func (s *session) newTable(titles ...any) table {
	t := table{tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)}
	t.row(titles...)
	return t
}

// row adds a line. Only the last cell may have a colour: the others are counted.
func (t table) row(cells ...any) {
	for i, c := range cells {
		if i > 0 {
			fmt.Fprint(t, "\t")
		}
		if c == "" {
			c = "-"
		}
		fmt.Fprint(t, c)
	}
	fmt.Fprintln(t)
}
