package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ha/doozer/client"
)

const (
	// mostMembers is how many the cluster takes: of more, none count.
	mostMembers = 16
	// inForce is for how long a change of members may take to come into force.
	inForce = 10 * time.Second
)

// changing is a change of the members.
type changing struct {
	*cluster
	s     *session
	c     *client.Client
	force bool
}

// errRefused is a change that would cost the quorum.
var errRefused = errors.New("refused")

// check is an error if those who are to be members would have no majority that
// lives.
func (ch *changing) check(after []*node) error {
	living, majority := alive(after), len(after)/2+1
	switch {
	case len(after) == 0:
		return fmt.Errorf("%w: it is the last member, and a cluster has one", errRefused)
	case living < majority && !ch.force:
		return fmt.Errorf("%w: there would be %s, %d of them alive, and it takes %d (-force does it anyway)",
			errRefused, plural(len(after), "member", "members"), living, majority)
	}
	return nil
}

// without is the members but for one.
func (ch *changing) without(id string) (others []*node) {
	for _, n := range ch.members() {
		if n.ID != id {
			others = append(others, n)
		}
	}
	return others
}

// spare is the node without a slot that answers and has applied most; nil if there is none.
func (ch *changing) spare() (best *node) {
	for _, n := range ch.nodes {
		if n.Slot == "" && n.Addr != "" && n.Answers && (best == nil || n.Applied > best.Applied) {
			best = n
		}
	}
	return best
}

// taker is the node that is to take a slot: the one with that id, or else a spare one.
func (ch *changing) taker(id string) (*node, error) {
	if id == "" {
		if n := ch.spare(); n != nil {
			return n, nil
		}
		return nil, fmt.Errorf("%w: no node without a slot answers, that could take it", errRefused)
	}
	switch n := ch.node(id); {
	case n == nil:
		return nil, fmt.Errorf("there is no node %s: %w", word(id), client.ErrNoEnt)
	case n.Slot != "":
		return nil, fmt.Errorf("%w: %s has slot %s already", errRefused, id, n.Slot)
	case !n.Answers:
		return nil, fmt.Errorf("%w: %s does not answer: %s", errRefused, id, n.Error)
	default:
		return n, nil
	}
}

func removeMember(ctx context.Context, ch *changing, args []string) error {
	sl := ch.slot(args[0])
	if sl == nil {
		return fmt.Errorf("there is no slot %s, nor a member of that id: %w", args[0], client.ErrNoEnt)
	}
	if n := ch.node(sl.ID); n != nil && n.Addr != "" {
		if err := ch.check(ch.without(sl.ID)); err != nil {
			return err
		}
	}
	if err := ch.c.Del(ctx, calDir+sl.Name, sl.rev); err != nil {
		return err
	}
	if sl.ID == "" {
		_, err := fmt.Fprintf(ch.s.out, "slot %s is gone\n", sl.Name)
		return err
	}
	if n := ch.node(sl.ID); n.Answers {
		if err := ch.retired(ctx, n); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(ch.s.out, "slot %s is gone: %s is no member\n", sl.Name, word(sl.ID))
	return err
}

func replaceMember(ctx context.Context, ch *changing, args []string) error {
	sl := ch.slot(args[0])
	if sl == nil || sl.ID == "" {
		return fmt.Errorf("%s is no member's slot or id: %w", args[0], client.ErrNoEnt)
	}
	id := ""
	if len(args) > 1 {
		id = args[1]
	}
	next, err := ch.taker(id)
	if err != nil {
		return err
	}
	if err := ch.check(append(ch.without(sl.ID), next)); err != nil {
		return err
	}
	rev, err := ch.c.Set(ctx, calDir+sl.Name, sl.rev, []byte(next.ID))
	if err != nil {
		return err
	}
	if err := ch.writable(ctx, next.ID); err != nil {
		return err
	}
	if old := ch.node(sl.ID); old.Answers {
		if err := ch.retired(ctx, old); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(ch.s.out, "slot %s: %s in place of %s, at revision %d\n", sl.Name, next.ID, word(sl.ID), rev)
	return err
}
