package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"time"

	"github.com/ha/doozer/client"
)

// startTime bounds the start of a cluster, until all nodes are members.
const startTime = 30 * time.Second

// server is what a load is sent to: the processes, and where they listen.
type server struct {
	procs []*process
	addrs []string

	doozerd string   // the program of further nodes
	env     []string // what is set in their environment
}

func (s *server) stop() {
	for _, p := range s.procs {
		p.stop()
	}
}

// startEcho starts the echo, in a process of its own like the nodes.
func startEcho(ctx context.Context) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	out := &tail{}
	p, err := start(out, self, echoCommand)
	if err != nil {
		return nil, err
	}
	s := &server{procs: []*process{p}}
	if err := p.until(ctx, "it said where it listens", func() bool { return out.String() != "" }); err != nil {
		s.stop()
		return nil, err
	}
	s.addrs = []string{out.String()}
	return s, nil
}

// startCluster starts n nodes on free ports, with some variables set, and waits until all are members.
func startCluster(ctx context.Context, doozerd string, n int, env ...string) (_ *server, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startTime, errors.New("the cluster did not start in time"))
	defer cancel()
	s := &server{doozerd: doozerd, env: env}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	if err := s.addNode(ctx); err != nil {
		return nil, err
	}
	c, err := dial(ctx, s.addrs[0])
	if err != nil {
		return nil, err
	}
	defer c.Close()
	for i := 1; i < n; i++ {
		if _, err := c.Set(ctx, fmt.Sprintf("/ctl/cal/%d", i), client.Missing, nil); err != nil {
			return nil, err
		}
		if err := s.addNode(ctx, "-a", s.addrs[0]); err != nil {
			return nil, err
		}
	}
	return s, s.procs[n-1].until(ctx, "all nodes are members", func() bool { return members(ctx, c) == n })
}

// addNode starts a node, and waits until it answers.
func (s *server) addNode(ctx context.Context, args ...string) error {
	p, addr, err := s.startNode(args...)
	if err != nil {
		return err
	}
	s.procs = append(s.procs, p)
	s.addrs = append(s.addrs, addr)
	return p.until(ctx, "it answered", func() bool { return isUp(ctx, addr) })
}

// startNode starts a node that is none of the server's yet.
func (s *server) startNode(args ...string) (p *process, addr string, err error) {
	if addr, err = freeAddr(); err != nil {
		return nil, "", err
	}
	p, err = startIn(s.env, nil, s.doozerd, append([]string{"-l", addr, "-w", "false"}, args...)...)
	return p, addr, err
}

// isUp reports whether a node answers.
func isUp(ctx context.Context, addr string) bool {
	c, err := client.Config{Pinned: true, Secret: secret()}.Dial(ctx, addr)
	if err == nil {
		c.Close()
	}
	return err == nil
}

// The ports that servers are given. They are below those that the kernel gives to whoever does not mind, such as every
// connection of a client: one of these might be taken again before its server listens.
const (
	leastPort = 15_000
	ports     = 15_000
)

// freeAddr is a loopback address that nobody listens on.
func freeAddr() (string, error) {
	var failed error
	for range 100 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", leastPort+rand.IntN(ports)))
		if err != nil {
			failed = err
			continue
		}
		defer l.Close()
		return l.Addr().String(), nil
	}
	return "", fmt.Errorf("no port is free: %w", failed)
}

// members counts the nodes that have a slot and take writes themselves; on an
// error, those found so far.
func members(ctx context.Context, c *client.Client) int {
	n := 0
	for f, err := range c.Walk(ctx, "/ctl/cal/*") {
		if err != nil {
			return n
		}
		w, _, err := c.Get(ctx, "/ctl/node/"+string(f.Value)+"/writable")
		if err == nil && strings.TrimSpace(string(w)) == "true" {
			n++
		}
	}
	return n
}
