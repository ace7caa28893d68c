package e2e

import (
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
)

// freeAddr is an address that nobody listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	defer l.Close()
	return l.Addr().String()
}

// replaceAll has each of the others of a cluster, and the sleeper, be replaced while it
// sleeps: the first one that comes listens at an address.
func replaceAll(t *testing.T, sleeper *node, others []*node, addr string) (all []*node) {
	t.Helper()
	sleeper.signal(syscall.SIGSTOP)
	all = others
	for i, gone := range append([]*node{sleeper}, others...) {
		listen := "127.0.0.1:0"
		if i == len(others) {
			listen = addr
		}
		if gone != sleeper {
			gone.kill()
			all = all[1:]
		}
		spare := startNode(t, string(rune('D'+i)), "-timeout", "1", "-l", listen, "-a", all[len(all)-1].addr)
		joined(t, spare.c, spare)
		expect(t, spare.c, "/ctl/node/"+gone.id+"/addr", "")
		all = append(all, spare)
	}
	return all
}

// A node all of whose acquaintances were replaced while it slept attaches anew: by the
// address that it was given, or where one of them was; as a follower that may become
// a member again, under its old id.
func TestAllOthersReplacedWhileAsleep(t *testing.T) {
	t.Parallel()
	given := freeAddr(t)
	for name, c := range map[string]struct {
		sleeper int
		addr    func(nodes []*node) string
	}{
		"address given with -a":    {2, func([]*node) string { return given }},
		"address of one that died": {0, func(nodes []*node) string { return nodes[1].addr }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := startNode(t, "A", "-timeout", "1")
			nodes := []*node{a}
			for i, name := range []string{"B", "C"} {
				set(t, a.c, "/ctl/cal/"+name, client.Missing, "")
				nodes = append(nodes, startNode(t, name, "-timeout", "1", "-a", a.addr, "-a", given))
				joined(t, a.c, nodes[i+1])
			}
			set(t, a.c, "/before", client.Missing, "")
			sleeper := nodes[c.sleeper]
			others := append(append([]*node{}, nodes[:c.sleeper]...), nodes[c.sleeper+1:]...)
			live := replaceAll(t, sleeper, others, c.addr(nodes))
			last := set(t, live[0].c, "/while/it/slept", client.Missing, "")
			woke := time.Now()
			sleeper.signal(syscall.SIGCONT)
			expect(t, live[0].c, "/ctl/node/"+sleeper.id+"/addr", sleeper.addr)
			_, at := get(t, sleeper.c, "/while/it/slept")
			assert.Equal(t, last, at)
			t.Logf("it was back %v after it woke", ms(time.Since(woke)))
			sleeper.logged(t, "attaching anew")
			follows(t, live[0], sleeper)
			set(t, live[1].c, "/ctl/cal/again", client.Missing, "")
			assert.Equal(t, "/ctl/cal/again", joined(t, live[0].c, sleeper))
		})
	}
}
