package main

import (
	"context"
	"strings"

	"github.com/spf13/pflag"
)

func membersVerb() verb {
	return verb{
		name: "members", args: "[add|remove|replace ...]", max: 3, formats: "json",
		brief: "list the members, or change them",
		help: `Lists the slots under /ctl/cal, and who has them. A change is refused, with exit
status 73, if after it fewer than a majority of the members would be alive,
unless -force is given. It waits until the change is in force.

  members add <slot>
      makes a free slot, that a node without one takes; waits for that if there
      is such a node
  members remove <slot|id>
      takes a slot away, and its member's vote. After that the node can be
      stopped
  members replace <slot|id> [id]
      gives the slot of a member, dead or alive, to a node that has none: the
      one with that id, or else the one that has applied most. It is one change:
      at no time is there a member more or less

    $ doozer members replace TODGJ74JPKBC2L4S
    slot 0: 6MSKHYCO3WEZ2U3L in place of TODGJ74JPKBC2L4S, at revision 49332
    $ doozer members
    SLOT  ID                ADDR            WRITES  ANSWERS
    0     6MSKHYCO3WEZ2U3L  127.0.0.1:8047  yes     yes
`,
		setup: func(fs *pflag.FlagSet) action {
			force := fs.Bool("force", false, "even if it costs the quorum")
			return func(ctx context.Context, s *session, args []string) error {
				return members(ctx, s, args, *force)
			}
		},
		complete: completeMembers,
	}
}

func completeMembers(c *completing, args []string, _ string) []string {
	switch {
	case len(args) == 0:
		return []string{"add", "remove", "replace"}
	case len(args) == 1 && args[0] != "add":
		return c.slots()
	}
	return nil
}

func members(ctx context.Context, s *session, args []string, force bool) error {
	act, err := change(args)
	if err != nil {
		return err
	}
	cl, err := s.survey(ctx, nodePatience)
	switch {
	case err != nil:
		return err
	case act == nil:
		return s.printMembers(cl)
	case cl.quorum != nil:
		return cl.quorum
	}
	return act(ctx, &changing{s: s, c: s.client, cluster: cl, force: force}, args[1:])
}

// change is what args ask for; nil: a list.
func change(args []string) (func(ctx context.Context, ch *changing, args []string) error, error) {
	if len(args) == 0 {
		return nil, nil
	}
	switch {
	case args[0] == "add" && len(args) == 2:
		return addMember, nil
	case args[0] == "remove" && len(args) == 2:
		return removeMember, nil
	case args[0] == "replace" && len(args) >= 2:
		return replaceMember, nil
	}
	return nil, usageError("usage: doozer members [add <slot> | remove <slot|id> | replace <slot|id> [id]]")
}

func (s *session) printMembers(cl *cluster) error {
	t := s.newTable("SLOT", "ID", "ADDR", "WRITES", "ANSWERS")
	for _, sl := range cl.slots {
		n := cl.node(sl.ID)
		if n == nil {
			n = &node{Slot: sl.Name, Role: "free"}
		}
		if s.format == inJSON {
			if err := s.printJSON(n); err != nil {
				return err
			}
			continue
		}
		if sl.ID == "" {
			t.row(sl.Name, "free")
			continue
		}
		writes, _, answers := s.answers(n)
		t.row(sl.Name, n.ID, n.Addr, writes, answers)
	}
	if s.format != inJSON {
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return cl.quorum
}

// slot finds the slot of that name, or of the node with that id.
func (cl *cluster) slot(word string) *slot {
	word = strings.TrimPrefix(word, calDir)
	for i := range cl.slots {
		if sl := &cl.slots[i]; sl.Name == word || sl.ID == word && word != "" {
			return sl
		}
	}
	return nil
}
