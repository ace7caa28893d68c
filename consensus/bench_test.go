package consensus

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// The benchmarks drive the machines of all members in turn, over a network that loses nothing. What an operation costs is
// what it costs in all machines together, beside network and store.

func benchCluster(b *testing.B, members int) *cluster {
	b.ReportAllocs()
	c := newCluster(b, DefaultAlpha, []ID{"a", "b", "c", "d", "e"}[:members]...)
	c.discard = true
	return c
}

// eachCluster runs a benchmark for 1, 3 and 5 members, with so many operations under way at a time.
func eachCluster(b *testing.B, name string, bench func(b *testing.B, c *cluster, batch int)) {
	for _, members := range []int{1, 3, 5} {
		for _, batch := range []int{1, 64} {
			b.Run(fmt.Sprintf("%smembers=%d/batch=%d", name, members, batch), func(b *testing.B) {
				bench(b, benchCluster(b, members), batch)
			})
		}
	}
}

// inBatches begins operations, and carries them out when there are batch of them. All have to end well.
func (c *cluster) inBatches(b *testing.B, batch int, begin func(i int)) {
	i := 0
	for b.Loop() {
		begin(i)
		if i++; i%batch == 0 {
			c.run()
		}
	}
	if c.run(); c.okay != i {
		b.Fatalf("%d of %d ended well", c.okay, i)
	}
}

// BenchmarkCommit is a mutation. The members write in turn.
func BenchmarkCommit(b *testing.B) {
	eachCluster(b, "", func(b *testing.B, c *cluster, batch int) {
		value := make([]byte, 64)
		c.inBatches(b, batch, func(i int) {
			c.ms[c.ids[i/batch%len(c.ids)]].Propose(c.now, uint64(i), value)
		})
	})
}

// BenchmarkPass is a mutation that a node which is no member passes on to one.
func BenchmarkPass(b *testing.B) {
	eachCluster(b, "", func(b *testing.B, c *cluster, batch int) {
		c.join("z", DefaultAlpha, State{Configs: []Membership{{From: 1, Members: slices.Clone(c.ids)}}})
		value := make([]byte, 64)
		c.inBatches(b, batch, func(i int) { c.ms["z"].Propose(c.now, uint64(i), value) })
	})
}

// BenchmarkRead is a read, by leases or by asking a majority. A node that may read at once (ReadUntil) does not
// come to the machine with it: by leases is what it costs where something is under way.
func BenchmarkRead(b *testing.B) {
	read := func(b *testing.B, c *cluster, batch int) {
		c.inBatches(b, batch, func(i int) { c.ms[c.ids[i/batch%len(c.ids)]].Read(c.now, uint64(i)) })
	}
	eachCluster(b, "by=lease/", read)
	eachCluster(b, "by=question/", func(b *testing.B, c *cluster, batch int) {
		c.drop = func(_, _ ID, msg *Message) bool { return msg.Kind == Grant }
		c.pass(2 * leaseTime)
		read(b, c, batch)
	})
}

// BenchmarkBeat is a heartbeat of each member to all others, which grants leases, and all that time brings besides.
func BenchmarkBeat(b *testing.B) {
	for _, members := range []int{1, 3, 5} {
		b.Run(fmt.Sprint("members=", members), func(b *testing.B) {
			c := benchCluster(b, members)
			for b.Loop() {
				c.now += int64(DefaultFill / 4)
				for _, id := range c.ids {
					c.ms[id].Tick(c.now)
				}
				c.run()
			}
		})
	}
}

// BenchmarkTick is a tick that comes while so many mutations are under way, and brings nothing.
func BenchmarkTick(b *testing.B) {
	for _, members := range []int{1, 3, 5} {
		for _, underway := range []int{0, 64, 4096} {
			b.Run(fmt.Sprintf("members=%d/underway=%d", members, underway), func(b *testing.B) {
				c := benchCluster(b, members)
				c.pass(time.Second)
				m := c.ms[c.ids[0]]
				for i := range underway {
					m.Propose(c.now, uint64(i), make([]byte, 64))
				}
				m.Entries() // nominates them: nobody hears of it
				m.Take(&c.out)
				for b.Loop() {
					m.Tick(c.now)
					m.Take(&c.out)
				}
			})
		}
	}
}
