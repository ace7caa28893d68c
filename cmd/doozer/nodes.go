package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ha/doozer/client"
)

// node is what is known of a node: what the tree says, and what it says itself.
type node struct {
	ID       string `json:"id"`
	Addr     string `json:"addr,omitempty"`
	Slot     string `json:"slot,omitempty"` // empty: it is no member
	Role     string `json:"role"`           // member or follower
	Writable bool   `json:"writable"`
	Version  string `json:"version,omitempty"`
	Host     string `json:"hostname,omitempty"`
	Answers  bool   `json:"answers"`
	Applied  int64  `json:"applied"`       // as it says, or else as the tree does
	Lag      *int64 `json:"lag,omitempty"` // behind the highest of all; nil if it does not answer
	Error    string `json:"error,omitempty"`

	Says *client.Status `json:"says,omitempty"`
}

// cluster is all its nodes.
type cluster struct {
	rev    int64 // of the cluster
	quorum error // why there is none
	nodes  []*node
	slots  []slot
}

// slot is a file of /ctl/cal.
type slot struct {
	Name string
	ID   string // empty: it is free
	rev  int64
}

const (
	calDir       = "/ctl/cal/"
	nodePatience = 2 * time.Second // for how long a node, or the cluster, may think
	quick        = nodePatience / 8
)

// survey reads what the tree says of the nodes, and asks each. If the cluster has
// not told its revision in some time, the tree is that of some node.
func (s *session) survey(ctx context.Context, patience time.Duration) (*cluster, error) {
	c, cl := s.client, &cluster{}
	asking, cancel := context.WithTimeout(ctx, nodePatience)
	defer cancel()
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		cl.rev, cl.quorum = c.Rev(asking)
		if cl.quorum != nil && asking.Err() != nil {
			cl.quorum = fmt.Errorf("no answer within %v: %w", nodePatience, client.ErrNoQuorum)
		}
	}()
	opt := client.Local()
	select {
	case <-asked:
		if cl.quorum == nil && cl.rev > 0 {
			opt = client.At(cl.rev)
		}
	case <-time.After(patience):
	}
	if err := cl.read(ctx, c, opt); err != nil {
		return nil, err
	}
	cl.ask(ctx, s)
	<-asked
	cl.compare()
	return cl, ctx.Err()
}

// read takes over what the files under /ctl say.
func (cl *cluster) read(ctx context.Context, c *client.Client, opt client.ReadOption) error {
	known := map[string]*node{}
	of := func(id string) *node {
		if known[id] == nil {
			known[id] = &node{ID: id, Role: "follower"}
			cl.nodes = append(cl.nodes, known[id])
		}
		return known[id]
	}
	for f, err := range c.Walk(ctx, calDir+"*", opt) {
		if err != nil {
			return err
		}
		s := slot{strings.TrimPrefix(f.Path, calDir), string(f.Value), f.Rev}
		cl.slots = append(cl.slots, s)
		if s.ID != "" {
			n := of(s.ID)
			n.Slot, n.Role = s.Name, "member"
		}
	}
	for f, err := range c.Walk(ctx, "/ctl/node/*/*", opt) {
		if err != nil {
			return err
		}
		id, file, _ := strings.Cut(strings.TrimPrefix(f.Path, "/ctl/node/"), "/")
		of(id).take(file, string(f.Value))
	}
	return nil
}

// take takes over what a file under /ctl/node says.
func (n *node) take(file, value string) {
	switch file {
	case "addr":
		n.Addr = value
	case "hostname":
		n.Host = value
	case "version":
		n.Version = value
	case "writable":
		n.Writable = value == "true"
	case "applied":
		n.Applied, _ = strconv.ParseInt(value, 10, 64) // what is no number says nothing
	}
}

// node finds a node by its id.
func (cl *cluster) node(id string) *node {
	for _, n := range cl.nodes {
		if n.ID == id {
			return n
		}
	}
	return nil
}

// noQuorum is why there is no quorum, or nil. A majority that does not answer is enough,
// though one node may tell the revision for as long as it has a lease.
func (cl *cluster) noQuorum() error {
	members := cl.members()
	if cl.quorum == nil && len(members) > 0 && alive(members) < len(members)/2+1 {
		return fmt.Errorf("a majority does not: %w", client.ErrNoQuorum)
	}
	return cl.quorum
}

// members are the nodes that have a vote: who has a slot, and an address.
func (cl *cluster) members() (list []*node) {
	for _, n := range cl.nodes {
		if n.Slot != "" && n.Addr != "" {
			list = append(list, n)
		}
	}
	return list
}

// alive counts those that answer.
func alive(nodes []*node) (count int) {
	for _, n := range nodes {
		if n.Answers {
			count++
		}
	}
	return count
}
