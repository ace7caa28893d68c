package e2e

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/proto"
)

// Values of 3 KB and of 1 MB work, by way of every node, and so do all up to 1 MiB; one byte
// more is a clear error, and the connection lives.
func TestValuesOf3KBAnd1MB(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, 3)
	nodes = append(nodes, startNode(t, "F", "-a", nodes[1].addr))
	most := string(noise(rand.New(rand.NewPCG(3, 4)), proto.MaxValue+1))
	for _, n := range nodes {
		for _, size := range []int{3_000, 1_000_000, proto.MaxValue} {
			path, value := fmt.Sprintf("/large/%s/%d", n.name, size), most[:size]
			rev := set(t, n.c, path, client.Missing, value)
			for _, from := range nodes {
				got, at := get(t, from.c, path)
				assert.Equal(t, rev, at)
				assert.T(t, got == value, "other bytes came back")
			}
		}
		_, err := n.c.Set(timed(t), "/large", client.Clobber, []byte(most))
		fails(t, client.ErrValueTooLarge, err)
	}
}

// An address that others cannot dial is refused with the reason, in one line.
func TestListenAddressWithoutHost(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{":8046", "0.0.0.0:8046", "[::]:8046"} {
		p := start(t, addr, "-w", "false", "-l", addr)
		assert.Equal(t, 1, p.status(t, patience))
		assert.Equal(t, fmt.Sprintf("doozerd: the address to listen on: %q is not one that other nodes can dial: give a host\n", addr), p.stderr.String())
	}
}
