package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ha/doozer/client"
)

// What followers are measured with: doc/scale.md holds a model against it.
const (
	followerMembers   = 3
	followerCount     = 2
	followerSets      = 1000 // a round, one every millisecond
	followerWatchers  = 2000
	followerChanges   = 100                   // that these are told of, a round
	followerChangeGap = 50 * time.Millisecond // from one to the next
)

// followers is what followers cost their members, and how soon their watchers are told; a value a round, in nanoseconds.
type followers struct {
	alone, beside, own []float64 // CPU of a member for a SET, without followers and with them, and that of a follower
	half, most         []float64 // until the last watcher was told of half of the changes, and of 99 in 100
	watched            []float64 // CPU of a follower for a change
}

func measureFollowers(ctx context.Context, b *bench) (*followers, error) {
	nodes, err := startCluster(ctx, b.doozerd, followerMembers)
	if err != nil {
		return nil, err
	}
	defer nodes.stop()
	c, err := dialPinned(ctx, nodes.addrs, followerMembers)
	defer c.close()
	if err != nil {
		return nil, err
	}
	f := &followers{}
	if err := f.sets(ctx, b, c, nodes, &f.alone, nil); err != nil {
		return nil, err
	}
	for range followerCount {
		if err := nodes.addNode(ctx, "-a", nodes.addrs[0]); err != nil {
			return nil, err
		}
	}
	if err := f.sets(ctx, b, c, nodes, &f.beside, &f.own); err != nil {
		return nil, err
	}
	for range b.rounds {
		if err := f.tell(ctx, c.clients[0], nodes); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// sets measures SETs that come one after the other, at each member in turn.
func (f *followers) sets(ctx context.Context, b *bench, c *doozerClients, nodes *server, members, followers *[]float64) error {
	pace := time.NewTicker(time.Millisecond)
	defer pace.Stop()
	for range b.rounds {
		before := nodes.cpus()
		for i := range followerSets {
			<-pace.C
			if err := c.set(ctx, i%followerMembers, i); err != nil {
				return err
			}
		}
		m, own := each(before, nodes.cpus(), followerSets)
		*members = append(*members, m)
		if followers != nil {
			*followers = append(*followers, own)
		}
	}
	return nil
}

// each is the CPU that one member, and one follower, took for each of n, in the mean.
func each(before, after []time.Duration, n int) (member, follower float64) {
	for i := range after {
		took := float64(after[i]-before[i]) / float64(n)
		if i < followerMembers {
			member += took / followerMembers
		} else {
			follower += took / followerCount
		}
	}
	return member, follower
}

// tell has watchers at the followers be told of changes.
func (f *followers) tell(ctx context.Context, writer *client.Client, nodes *server) error {
	c := newChorus(followerWatchers, 1, followerChanges)
	links, err := gather(ctx, nodes.addrs[followerMembers:], followerWatchers, c)
	if err != nil {
		return err
	}
	defer closeLinks(links)
	before := nodes.cpus()
	took, err := c.run(ctx, followerChangeGap, c.by(writer))
	if err != nil {
		return err
	}
	_, watched := each(before, nodes.cpus(), followerChanges)
	f.watched = append(f.watched, watched)
	f.half = append(f.half, float64(took.quantile(0.5)))
	f.most = append(f.most, float64(took.quantile(0.99)))
	return nil
}

func (f *followers) goals() []goal { return nil }

func (f *followers) write(b *strings.Builder) {
	fmt.Fprintf(b, `## Followers

Three members, and %d followers, with SETs one after the other, one a millisecond, at each member in turn; then %s watchers at the
followers, each on a connection of its own, who are told of a change every %v. All share this machine. In microseconds, the medians and the spread:

| | |
|---|---:|
| CPU of a member for a SET, without followers | %s |
| and with them | %s |
| CPU of a follower for a SET | %s |
| from a change's answer until the last watcher was told, for half of the changes | %s |
| and for 99 in 100 | %s |
| CPU of a follower for a change, with its watchers | %s |
`, followerCount, count(followerWatchers), followerChangeGap,
		inMicros(f.alone), inMicros(f.beside), inMicros(f.own), inMicros(f.half), inMicros(f.most), inMicros(f.watched))
}

// inMicros writes the median of nanoseconds, and their spread, in microseconds.
func inMicros(ns []float64) string {
	return fmt.Sprintf("%s (%s to %s)", micros(median(ns)), micros(slices.Min(ns)), micros(slices.Max(ns)))
}
