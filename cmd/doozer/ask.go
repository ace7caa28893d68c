package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ha/doozer/client"
)

// ask asks all nodes at once.
func (cl *cluster) ask(ctx context.Context, s *session) {
	ctx, cancel := context.WithTimeout(ctx, nodePatience)
	defer cancel()
	var wg sync.WaitGroup
	for _, n := range cl.nodes {
		wg.Go(func() {
			err := n.ask(ctx, s)
			switch {
			case err != nil && ctx.Err() != nil:
				n.Error = fmt.Sprintf("no answer within %v", nodePatience)
			case err != nil:
				n.Error = err.Error()
			}
		})
	}
	wg.Wait()
	var highest int64
	for _, n := range cl.nodes {
		highest = max(highest, n.Applied)
	}
	for _, n := range cl.nodes {
		n.Lag = highest - n.Applied
	}
}

// ask finds out whether a node lives, and what it has applied.
func (n *node) ask(ctx context.Context, s *session) error {
	if n.Addr == "" {
		return errors.New("it has no address")
	}
	c, err := s.dialNode(ctx, n.Addr)
	if err != nil {
		return err
	}
	defer c.Close()
	says, err := c.Status(ctx)
	switch {
	case err != nil:
		return err
	case says.ID != n.ID:
		return errors.New("another node answers there: " + says.ID)
	}
	n.Says, n.Answers = says, true
	n.Applied, n.Writable, n.Version = says.Applied, says.Writable, says.Version
	return nil
}

// dialNode dials a certain node of the cluster, with the secret of the address that was given.
func (s *session) dialNode(ctx context.Context, addr string) (*client.Client, error) {
	cfg := s.config(false)
	cfg.Pinned = true
	if given, err := cfg.ParseURI(s.addr); err == nil && given.Secret != "" {
		cfg.Secret = given.Secret
	}
	return dial(ctx, cfg, addr)
}
