package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ha/doozer/client"
)

// member is what the tree says of a slot.
type member struct {
	slot     string
	id       string
	rev      int64 // of the slot
	writable bool
}

// members reads the slots.
func members(ctx context.Context, c *client.Client) (list []member, err error) {
	rev, err := c.Rev(ctx)
	if err != nil {
		return nil, err
	}
	for f, err := range c.Walk(ctx, "/ctl/cal/*", client.At(rev)) {
		if err != nil {
			return nil, err
		}
		m := member{slot: f.Path, id: string(f.Value), rev: f.Rev}
		if m.id != "" {
			said, _, err := c.Get(ctx, "/ctl/node/"+m.id+"/writable", client.At(rev))
			if err != nil {
				return nil, err
			}
			m.writable = string(said) == "true"
		}
		list = append(list, m)
	}
	return list, nil
}

// whole waits until every slot has a live member that takes writes, and every
// node answers writes and linearizable reads.
func (c *cluster) whole(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := c.complete(ctx)
		for i := 0; err == nil && i < len(c.places); i++ {
			err = answers(ctx, c.places[i].last())
		}
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the cluster is not whole: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// complete tells what the slots lack.
func (c *cluster) complete(ctx context.Context) error {
	ids := make(map[string]bool)
	for _, p := range c.places {
		addr, id := p.now().where()
		if !p.now().alive() || addr == "" {
			return fmt.Errorf("nobody serves at place %d", p.index)
		}
		ids[id] = true
	}
	return c.ask(ctx, func(ctx context.Context, one *client.Client) error {
		list, err := members(ctx, one)
		if err != nil {
			return err
		}
		var lacks []string
		for _, m := range list {
			if !ids[m.id] || !m.writable {
				lacks = append(lacks, fmt.Sprintf("%s has %q, alive %v, writable %v", m.slot, m.id, ids[m.id], m.writable))
			}
		}
		if len(list) != c.slots || len(lacks) > 0 {
			return fmt.Errorf("%d slots of %d; %s", len(list), c.slots, strings.Join(lacks, "; "))
		}
		return nil
	})
}

// answers checks that a node takes a write and serves a linearizable read that
// shows it.
func answers(ctx context.Context, addr string) error {
	return speak(ctx, addr, 5*time.Second, func(ctx context.Context, one *client.Client) error {
		const path = "/chaos/answers"
		rev, err := one.Set(ctx, path, client.Clobber, []byte(addr))
		if err != nil {
			return err
		}
		_, at, err := one.Get(ctx, path)
		if err == nil && at < rev {
			err = fmt.Errorf("%s was read at revision %d after it was written at %d", path, at, rev)
		}
		return err
	})
}
