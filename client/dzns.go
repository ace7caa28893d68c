package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

const lookUpLimit = 5 * time.Second // for a name service to answer

// What may come of an address that is a cluster's name alone.
var (
	ErrNoBoot    = errors.New("it names no node (ca=<address>), and to look the cluster up takes a name service (Config.Boot, DOOZER_BOOT_URI)")
	ErrNoCluster = errors.New("the name service knows of no such cluster")
)

// nameService tells where the nodes of one cluster are.
type nameService struct {
	cfg     Config // for the connection to it
	uri     string
	cluster string
	given   []string // addresses that it need not be asked for
}

// nameService is the one to ask for the cluster of u; nil if there is none, or no need.
func (cfg Config) nameService(u *URI) *nameService {
	if u.Cluster == "" || cfg.Boot == "" {
		return nil
	}
	own := Config{GiveUp: lookUpLimit, DialContext: cfg.DialContext, Log: cfg.Log}
	return &nameService{cfg: own, uri: cfg.Boot, cluster: u.Cluster, given: u.Addrs}
}

// find returns all addresses where a node of the cluster may be. An error means that
// there is none.
func (ns *nameService) find(ctx context.Context) ([]string, error) {
	found, err := ns.ask(ctx)
	if err != nil && len(ns.given) == 0 {
		return nil, fmt.Errorf("looking up cluster %q: %w", ns.cluster, err)
	}
	return slices.Concat(ns.given, found), nil
}

// ask asks for the addresses of the cluster's nodes.
func (ns *nameService) ask(ctx context.Context) (addrs []string, err error) {
	if strings.ContainsAny(ns.cluster, "/*?") {
		return nil, ErrBadPath
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpLimit)
	defer cancel()
	c, err := ns.cfg.Dial(ctx, ns.uri)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	for f, err := range c.Walk(ctx, "/ctl/ns/"+ns.cluster+"/*") {
		if err != nil {
			return nil, err
		}
		if addr, err := withPort(strings.TrimSpace(string(f.Value))); err == nil && len(addrs) < maxNodes {
			addrs = append(addrs, addr)
		}
	}
	if len(addrs) == 0 {
		return nil, ErrNoCluster
	}
	return addrs, nil
}

// lookUp asks the name service anew, if there is one: none of the nodes known answers.
func (l *link) lookUp() {
	if l.ns == nil {
		return
	}
	addrs, err := l.ns.find(l.ctx)
	if err != nil {
		l.noted(err)
		return
	}
	l.nodes.give(addrs)
}
