package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

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
				n.Error = oneLine(err)
			}
		})
	}
	wg.Wait()
}

// compare works out how far behind each node is that answers. What one has applied is
// agreed on, so the cluster's revision is that at least.
func (cl *cluster) compare() {
	highest := cl.rev
	for _, n := range cl.nodes {
		if n.Answers {
			highest = max(highest, n.Applied)
		}
	}
	for _, n := range cl.nodes {
		if n.Answers {
			n.Lag = new(highest - n.Applied)
		}
	}
	if cl.rev > 0 {
		cl.rev = highest
	}
}

// ask finds out whether a node lives, and what it has applied.
func (n *node) ask(ctx context.Context, s *session) error {
	switch {
	case !isID(n.ID):
		return errors.New("not an id")
	case n.Addr == "":
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
		return errors.New("another node answers there: " + word(says.ID))
	}
	n.Says, n.Answers = says, true
	n.Applied, n.Writable, n.Version = says.Applied, says.Writable && hears(says), says.Version
	return nil
}

// hears reports whether a node hears a majority: without one it can write nothing.
func hears(says *client.Status) bool {
	count := 0
	for _, m := range says.Members {
		if m.HeardMS >= 0 && m.HeardMS < stalled.Milliseconds() {
			count++
		}
	}
	return count >= says.Quorum
}

// stalled is for how long a node that takes writes may hear nothing of a majority. When all is
// well it hears all others many times in a second.
const stalled = time.Second

// isID reports whether a node can have that id.
func isID(id string) bool {
	odd := func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '2' || r > '7') }
	return len(id) == 16 && !strings.ContainsFunc(id, odd)
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
