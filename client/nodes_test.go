package client

import (
	"slices"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

func TestRank(t *testing.T) {
	avoided := map[string]time.Duration{"b": 2, "c": 1, "g": 3}
	avoid := func(addr string) time.Duration { return avoided[addr] }
	firsts := map[string]bool{}
	for range 100 {
		got := rank([]string{"a", "b", "d"}, []string{"c", "d", "g", "x", "y"}, map[string]bool{"x": true}, avoid)
		assert.Equal(t, 6, len(got))
		slices.Sort(got[:2])
		assert.Equal(t, []string{"a", "d", "y", "c", "b", "g"}, got)
		firsts[rank([]string{"a", "b", "d"}, nil, nil, avoid)[0]] = true
	}
	assert.Equal(t, map[string]bool{"a": true, "d": true}, firsts)
}

func TestNodeAddr(t *testing.T) {
	for in, exp := range map[string]string{
		"10.0.0.1:8046": "10.0.0.1:8046", "[::1]:8046": "[::1]:8046", "h:1": "h:1",
		"": "", ":8046": "", "10.0.0.1": "", "10.0.0.1:": "", "a:b:c": "",
	} {
		assert.Equal(t, exp, nodeAddr([]byte(in)), in)
	}
	assert.Equal(t, "", nodeAddr(append(make([]byte, maxAddr), ":1"...)))
	assert.Equal(t, "5e5f", nodeID("/ctl/node/5e5f/addr"))
}

func TestNodesBound(t *testing.T) {
	n := newNodes(nil)
	for i := range 2 * maxNodes {
		n.put(string(rune('a'+i)), "h:1")
	}
	assert.Equal(t, maxNodes, len(n.found))
	n.put("a", "h:2") // of those that it has it hears still
	assert.Equal(t, "h:2", n.found["a"])
	n.put("a", "")
	assert.Equal(t, maxNodes-1, len(n.found))
}
