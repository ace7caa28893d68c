package main

import (
	"context"
	"fmt"

	"github.com/ha/doozer/client"
)

// until waits for a change to a file, from a revision on, and returns its value.
func (ch *changing) until(ctx context.Context, path string, rev int64, is func(client.Event) bool) (string, error) {
	w, err := ch.c.Watch(ctx, path, rev)
	if err != nil {
		return "", err
	}
	defer w.Close()
	for {
		ev, err := w.Next()
		if err != nil {
			return "", err
		}
		if is(ev) {
			return string(ev.Value), nil
		}
	}
}

// writable waits until a new member takes writes itself.
func (ch *changing) writable(ctx context.Context, id string) error {
	err := ch.tells(ctx, id, true)
	if err != nil {
		return fmt.Errorf("it is done, and %s takes no writes yet: %w", id, err)
	}
	return nil
}

// retired waits until a member that was takes no more writes, so that it can be
// stopped.
func (ch *changing) retired(ctx context.Context, n *node) error {
	if err := ch.tells(ctx, n.ID, false); err != nil {
		return fmt.Errorf("it is done, and %s does not say yet that it is no member: %w", n.ID, err)
	}
	return nil
}

// tells waits until a node tells whether it takes writes itself.
func (ch *changing) tells(ctx context.Context, id string, writable bool) error {
	ctx, cancel := context.WithTimeout(ctx, inForce)
	defer cancel()
	path := "/ctl/node/" + id + "/writable"
	rev, err := ch.c.Rev(ctx)
	if err != nil {
		return err
	}
	value, _, err := ch.c.Get(ctx, path, client.At(rev))
	if err != nil || (string(value) == "true") == writable {
		return err
	}
	_, err = ch.until(ctx, path, rev+1, func(ev client.Event) bool { return (string(ev.Value) == "true") == writable })
	return err
}
