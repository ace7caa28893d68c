package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/ha/doozer/client"
)

func addMember(ctx context.Context, ch *changing, args []string) error {
	path := calDir + args[0]
	if err := ch.free(args[0]); err != nil {
		return err
	}
	if len(ch.slots) >= mostMembers && !ch.force {
		return fmt.Errorf("%w: there are %d slots, and of more than %d members none counts", errRefused, len(ch.slots), mostMembers)
	}
	rev, err := ch.c.Set(ctx, path, client.Missing, nil)
	if err != nil {
		return err
	}
	if ch.spare() == nil {
		_, err = fmt.Fprintf(ch.s.out, "slot %s is free, at revision %d: no node waits for one\n", args[0], rev)
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, inForce)
	defer cancel()
	id, err := ch.until(ctx, path, rev+1, func(ev client.Event) bool { return len(ev.Value) > 0 })
	if err == nil {
		err = ch.writable(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("slot %s was made, and no node takes writes in it yet: %w", args[0], err)
	}
	_, err = fmt.Fprintf(ch.s.out, "slot %s: %s, at revision %d\n", args[0], id, rev)
	return err
}

// free is an error if there can be no new slot of that name.
func (ch *changing) free(name string) error {
	err := checkPath(calDir+name, false)
	if err == nil && (strings.Contains(name, "/") || name == "." || name == "..") {
		err = badName(fmt.Sprintf("%q is no name of a slot", name))
	}
	if err != nil {
		return err
	}
	for _, sl := range ch.slots {
		switch {
		case sl.Name != name:
		case sl.ID == "":
			return mismatch("slot " + name + " is there, and free")
		default:
			return mismatch("slot " + name + " is there, held by " + word(sl.ID))
		}
	}
	return nil
}
