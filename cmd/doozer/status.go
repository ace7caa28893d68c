package main

import (
	"context"
	"fmt"
)

func statusVerb() verb {
	return verb{
		name: "status", formats: "json",
		brief: "tell how the cluster and each node is",
		help: `Asks each node, all at once and for 2 s at most, and prints of each: its id
and address; whether it is a member; up to which revision it has applied the
log, and how far that is behind the highest; whether it takes writes itself,
for which it has to hear a majority, and whether it holds a lease to read
without asking others; its version; and whether it answers. Of a node that
does not, the revision is what it last wrote to the tree, and how far behind it
is nobody knows. -o json has all that a node says of itself and knows of the
members ("says"). If the cluster has no quorum, or a majority does not answer,
the list is that of one node, which may be old, and the exit status is 127.

    $ doozer status
    ID        ADDR    ROLE      APPLIED  LAG  WRITES  LEASE  VERSION  ANSWERS
    TODGJ7..  a:8046  member    49321    0    yes     yes    v0.1.0   yes
    6MSKHY..  b:8046  follower  49321    0    no      no     v0.1.0   yes

    revision 49321; 1 member, 1 of them answering; 0 sessions
`,
		run: tellStatus,
	}
}

func tellStatus(ctx context.Context, s *session, _ []string) error {
	cl, err := s.survey(ctx, quick)
	if err != nil {
		return err
	}
	if err := s.printStatus(cl); err != nil {
		return err
	}
	if err := cl.noQuorum(); err != nil {
		return fmt.Errorf("%d of %s answer: %w", alive(cl.members()), plural(len(cl.members()), "member", "members"), err)
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
	t := s.newTable("ID", "ADDR", "ROLE", "APPLIED", "LAG", "WRITES", "LEASE", "VERSION", "ANSWERS")
	for _, n := range cl.nodes {
		writes, lease, answers := s.answers(n)
		lag := ""
		if n.Lag != nil {
			lag = fmt.Sprint(*n.Lag)
		}
		t.row(n.ID, n.Addr, n.Role, n.Applied, lag, writes, lease, n.Version, answers)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	rev := "no quorum"
	if cl.noQuorum() == nil {
		rev = fmt.Sprint("revision ", cl.rev)
	}
	members := cl.members()
	_, err := fmt.Fprintf(s.out, "\n%s; %s, %d of them answering; %s\n", rev, plural(len(members), "member", "members"),
		alive(members), plural(cl.sessions(), "session", "sessions"))
	return err
}

// sessions is how many there are, as the node says that has applied most.
func (cl *cluster) sessions() int {
	var best *node
	for _, n := range cl.nodes {
		if n.Says != nil && (best == nil || n.Applied > best.Applied) {
			best = n
		}
	}
	if best == nil {
		return 0
	}
	return best.Says.Sessions
}

// answers is whether a node takes writes, holds a lease, and answers. What a silent
// one said of itself means little.
func (s *session) answers(n *node) (writes, lease, answers string) {
	if !n.Answers {
		return "", "", s.color.bad("no: " + n.Error)
	}
	return yes(n.Writable), yes(n.Says.LeaseMS != 0), "yes"
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
