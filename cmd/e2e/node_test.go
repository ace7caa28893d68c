package e2e

import (
	"errors"
	"fmt"
	"regexp"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// node is a doozerd that serves.
type node struct {
	*process
	addr string
	web  string // the page's URL, or "none"
	id   string
	c    *client.Client // connected to this node and no other
}

// startNode starts a doozerd on a free port and without a page, unless args say
// otherwise, and waits until it answers.
func startNode(t *testing.T, name string, args ...string) *node {
	t.Helper()
	return startNodeWith(t, nil, name, args...)
}

// startNodeWith is startNode with more in the environment.
func startNodeWith(t *testing.T, env []string, name string, args ...string) *node {
	t.Helper()
	args = append([]string{"-l", "127.0.0.1:0", "-w", "false"}, args...)
	n := &node{process: startWith(t, env, "doozerd", name, args...)}
	serves := regexp.MustCompile(`msg="doozerd serves" addr=(\S+) web=(\S+)`)
	eventually(t, name+" serves", func() error {
		m := serves.FindStringSubmatch(n.stderr.String())
		switch {
		case m != nil:
			n.addr, n.web = m[1], m[2]
		case !n.alive():
			t.Fatalf("%s ended: %v\n%s", name, n.cmd.ProcessState, n.stderr.tail())
		default:
			return errors.New("it does not say so")
		}
		return nil
	})
	n.c = dial(t, n.addr)
	id, err := n.c.Self(timed(t))
	assert.Equal(t, nil, err)
	n.id = id
	return n
}

// startCluster starts n nodes that are all members. They are called A, B, ...
func startCluster(t *testing.T, n int, args ...string) []*node {
	t.Helper()
	nodes := []*node{startNode(t, "A", args...)}
	for i := 1; i < n; i++ {
		set(t, nodes[0].c, fmt.Sprintf("/ctl/cal/%d", i), client.Missing, "")
		name := string(rune('A' + i))
		nodes = append(nodes, startNode(t, name, append([]string{"-a", nodes[0].addr}, args...)...))
	}
	for _, m := range nodes {
		joined(t, nodes[0].c, m)
	}
	return nodes
}

// joined waits until a node is a member that takes writes itself, and returns
// its slot.
func joined(t *testing.T, c *client.Client, n *node) (slot string) {
	t.Helper()
	expect(t, c, "/ctl/node/"+n.id+"/writable", "true")
	slot = slotOf(t, c, n.id)
	assert.T(t, slot != "", n.name+" takes writes and has no slot")
	return slot
}

// slotOf is the file in /ctl/cal that has an id as its body, or "".
func slotOf(t *testing.T, c *client.Client, id string) (slot string) {
	t.Helper()
	for f, err := range c.Walk(timed(t), "/ctl/cal/*") {
		assert.Equal(t, nil, err)
		if string(f.Value) == id {
			assert.Equal(t, "", slot)
			slot = f.Path
		}
	}
	return slot
}

// addrs are the addresses of nodes.
func addrs(nodes []*node) (list []string) {
	for _, n := range nodes {
		list = append(list, n.addr)
	}
	return list
}
