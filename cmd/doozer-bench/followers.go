package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ha/doozer/client"
)

// What followers are measured with: doc/scale.md holds a model against it.
const (
	followerCount     = 2
	followerWatchers  = 2000
	followerChanges   = 100                   // a round
	followerChangeGap = 50 * time.Millisecond // from one to the next
)

// followers is how soon watchers at two followers of three members are told, and what that takes.
type followers struct {
	took             hist
	member, follower []float64 // CPU of one for a change, in nanoseconds; a value a round
}

func measureFollowers(ctx context.Context, b *bench) (*followers, error) {
	nodes, err := startCluster(ctx, b.doozerd, 3)
	if err != nil {
		return nil, err
	}
	defer nodes.stop()
	for range followerCount {
		if err := nodes.addNode(ctx, "-a", nodes.addrs[0]); err != nil {
			return nil, err
		}
	}
	f := &followers{took: newHist()}
	for range b.rounds {
		if err := f.round(ctx, nodes); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *followers) round(ctx context.Context, nodes *server) error {
	w, err := client.Config{Pinned: true, Secret: secret()}.Dial(ctx, nodes.addrs[0])
	if err != nil {
		return err
	}
	defer w.Close()
	members := len(nodes.addrs) - followerCount
	c := newChorus(followerWatchers, 1, followerChanges)
	links, err := gather(ctx, nodes.addrs[members:], followerWatchers, c)
	if err != nil {
		return err
	}
	defer closeLinks(links)
	before := nodes.cpus()
	took, err := c.run(ctx, followerChangeGap, c.by(w))
	if err != nil {
		return err
	}
	f.took.merge(took)
	var all [2]time.Duration // members', followers'
	for i, after := range nodes.cpus() {
		all[i/members] += after - before[i]
	}
	f.member = append(f.member, float64(all[0])/float64(members*followerChanges))
	f.follower = append(f.follower, float64(all[1])/followerCount/followerChanges)
	return nil
}

func (f *followers) goals() []goal { return nil }

func (f *followers) write(b *strings.Builder) {
	fmt.Fprintf(b, `## Followers

Three members and %d followers, and %s watchers at these, each on a connection of its own, who are told of a change every %v. All share this
machine.

| | |
|---|---:|
| milliseconds from a SET's answer until the last watcher was told: of half of the SETs | %.1f |
| and of 99 in 100 | %.1f |
| CPU of a member for a change, in microseconds | %s |
| CPU of a follower | %s |
`, followerCount, count(followerWatchers), followerChangeGap, f.took.quantile(0.5).Seconds()*1000, f.took.quantile(0.99).Seconds()*1000,
		micros(median(f.member)), micros(median(f.follower)))
}
