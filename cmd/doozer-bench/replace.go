package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ha/doozer/client"
)

// replace puts a new node in the place of one that ended, and waits until it is a member.
func (s *server) replace(ctx context.Context, i int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTime, errors.New("it was not replaced in time"))
	defer cancel()
	other := s.addrs[(i+1)%len(s.addrs)]
	c, err := dial(ctx, other)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := emptySlot(ctx, c, s.addrs[i]); err != nil {
		return err
	}
	p, addr, err := s.startNode("-a", other)
	if err != nil {
		return err
	}
	s.procs[i], s.addrs[i] = p, addr
	return p.until(ctx, "it was a member", func() bool { return isMember(ctx, c, addr) && members(ctx, c) == len(s.procs) })
}

// emptySlot takes the slot away from the node with an address.
func emptySlot(ctx context.Context, c *client.Client, addr string) error {
	slot, err := slotOf(ctx, c, addr)
	if err != nil {
		return err
	}
	_, err = c.Set(ctx, slot, client.Clobber, nil)
	return err
}

// slotOf finds the slot of the node with an address.
func slotOf(ctx context.Context, c *client.Client, addr string) (string, error) {
	for f, err := range c.Walk(ctx, "/ctl/cal/*") {
		if err != nil {
			return "", err
		}
		a, _, err := c.Get(ctx, "/ctl/node/"+string(f.Value)+"/addr")
		if err == nil && string(a) == addr {
			return f.Path, nil
		}
	}
	return "", fmt.Errorf("%s has no slot", addr)
}

func isMember(ctx context.Context, c *client.Client, addr string) bool {
	_, err := slotOf(ctx, c, addr)
	return err == nil
}
