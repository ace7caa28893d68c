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
func (cfg Config) nameService(u *URI) (*nameService, error) {
	if u.Cluster == "" || cfg.Boot == "" {
		return nil, nil
	}
	own := Config{GiveUp: lookUpLimit, DialContext: cfg.DialContext, Log: cfg.Log}
	ns := &nameService{cfg: own, uri: cfg.Boot, cluster: u.Cluster, given: u.Addrs}
	if strings.ContainsAny(ns.cluster, "/*?") {
		return nil, ns.explain(ErrBadPath)
	}
	if _, err := own.ParseURI(cfg.Boot); err != nil {
		return nil, ns.explain(err)
	}
	return ns, nil
}

func (ns *nameService) explain(err error) error {
	return fmt.Errorf("looking up cluster %q: %w", ns.cluster, err)
}

// ask asks for the addresses of the cluster's nodes.
func (ns *nameService) ask(ctx context.Context) (addrs []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookUpLimit)
	defer cancel()
	c, err := ns.cfg.Dial(ctx, ns.uri)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	for f, err := range c.Walk(ctx, "/ctl/ns/"+ns.cluster+"/*") {
		if errors.Is(err, ErrPermission) {
			return nil, denied{err}
		}
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

// find has the name service tell where nodes of the cluster may be, beside those that were given.
func (l *link) find(ctx context.Context) error {
	found, err := l.ns.ask(ctx)
	if err != nil {
		return l.ns.explain(err)
	}
	l.nodes.give(slices.Concat(l.ns.given, found))
	return nil
}

// findBeside is find beside the dialing of addrs. It brings the other addresses once, none if
// there are none.
func (l *link) findBeside(ctx context.Context, addrs []string) <-chan []string {
	others := make(chan []string, 1)
	l.running.Go(func() {
		_ = l.find(ctx) // there are nodes to try
		all, _ := l.nodes.order(time.Now(), nil)
		others <- slices.DeleteFunc(all, func(addr string) bool { return slices.Contains(addrs, addr) })
	})
	return others
}

// lookUp asks the name service anew, if there is one and it is not being asked yet: none of the nodes
// known answers. It does not wait.
func (l *link) lookUp() {
	if l.ns == nil || !l.asking.CompareAndSwap(false, true) {
		return
	}
	l.running.Go(func() {
		defer l.asking.Store(false)
		if err := l.find(l.ctx); err != nil && len(l.ns.given) == 0 {
			l.noted(err)
		}
	})
}
