package client

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	avoidFor = 10 * time.Second // a node that failed is tried after all others
	maxNodes = 1024             // as many the client remembers
)

// nodes is what a client knows of where the cluster's nodes are.
type nodes struct {
	mu     sync.Mutex
	given  []string             // by whoever dialed, or by a name service
	found  map[string]string    // addresses, by id, that the cluster itself names
	failed map[string]time.Time // by address: when it last failed
	gone   map[string]int64     // by id: the latest revision known to be gone from its history
}

func newNodes(given []string) *nodes {
	return &nodes{given: given, found: make(map[string]string), failed: make(map[string]time.Time), gone: make(map[string]int64)}
}

// replace makes found all that the cluster names.
func (n *nodes) replace(found map[string]string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.found = found
	n.forget()
}

// give replaces what was given by whoever dialed.
func (n *nodes) give(addrs []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.given = addrs
}

// put notes the address of a node, or with "" that it has none any more.
func (n *nodes) put(id, addr string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, known := n.found[id]
	if addr == "" {
		delete(n.found, id)
	} else if known || len(n.found) < maxNodes {
		n.found[id] = addr
	}
	n.forget()
}

// forget drops the failures that have no bearing any more. mu is held.
func (n *nodes) forget() {
	for addr, at := range n.failed {
		if time.Since(at) > avoidFor {
			delete(n.failed, addr)
		}
	}
}

// fail notes that the node at addr failed.
func (n *nodes) fail(addr string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.failed[addr] = time.Now()
}

// failNode notes that a node failed, whatever the name it was dialed by.
func (n *nodes) failNode(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if addr, ok := n.found[id]; ok {
		n.failed[addr] = time.Now()
	}
}

// forgot notes that a node no longer has a revision. A history only loses
// what is old, so it will not have it again.
func (n *nodes) forgot(id string, rev int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.gone) >= maxNodes {
		clear(n.gone)
	}
	n.gone[id] = max(n.gone[id], rev)
}

// hasForgotten reports whether a node is known not to have a revision.
func (n *nodes) hasForgotten(id string, rev int64) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return rev > 0 && n.gone[id] >= rev
}

// allForgot reports whether a revision is to be given up: maxRefusals nodes, or
// all that the cluster names, no longer have it.
func (n *nodes) allForgot(rev int64) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	count := 0
	for _, gone := range n.gone {
		if gone >= rev {
			count++
		}
	}
	left := len(n.found)
	for id := range n.found {
		if n.gone[id] >= rev {
			left--
		}
	}
	return count >= maxRefusals || left == 0 && len(n.found) > 0
}

// order is the order in which to try to connect at a time, without the node
// but, and whether the first of them failed lately: then all did.
func (n *nodes) order(now time.Time, but *conn) (addrs []string, failed bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	found := make([]string, 0, len(n.found))
	skip := map[string]bool{}
	if but != nil {
		skip[but.addr], skip[n.found[but.id]] = true, true
	}
	for _, addr := range n.found {
		found = append(found, addr)
	}
	avoid := func(addr string) time.Duration {
		at, ok := n.failed[addr]
		if !ok {
			return 0
		}
		return max(0, avoidFor-now.Sub(at))
	}
	addrs = rank(found, n.given, skip, avoid)
	return addrs, len(addrs) > 0 && avoid(addrs[0]) > 0
}

// rank orders addresses, each once and none to skip: first those that are not
// to be avoided, in random order, so that clients spread over the nodes, and
// those that the cluster names before others, which may be names for the same
// nodes; then the others, the one that failed longest ago first.
func rank(found, given []string, skip map[string]bool, avoid func(addr string) time.Duration) []string {
	var all []string
	for _, some := range [][]string{found, given} {
		some = slices.Clone(some)
		rand.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
		for _, addr := range some {
			if !skip[addr] && !slices.Contains(all, addr) {
				all = append(all, addr)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(avoid(a), avoid(b)) })
	return all
}
