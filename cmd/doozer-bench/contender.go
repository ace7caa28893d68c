package main

import (
	"context"
	"fmt"
)

// peerLevels are how many requests are outstanding, when Doozer is measured beside others.
var peerLevels = [...]int{1, 64, 256}

// Their places.
const (
	peerLone = iota
	peerSome
	peerMany
)

// contender is one of the systems that are measured beside each other, in one of the ways to use it.
type contender struct {
	name string
	note string // how it is used
	load func(ctx context.Context, k kind, outstanding, round int) (sample, error)

	sets, gets [len(peerLevels)][]sample // a sample a round
}

// measure takes a sample of each kind.
func (c *contender) measure(ctx context.Context, level, round int) error {
	set, err := c.load(ctx, kindSet, peerLevels[level], round)
	if err != nil {
		return fmt.Errorf("%s, %d SETs: %w", c.name, peerLevels[level], err)
	}
	get, err := c.load(ctx, kindGet, peerLevels[level], round)
	if err != nil {
		return fmt.Errorf("%s, %d GETs: %w", c.name, peerLevels[level], err)
	}
	c.sets[level], c.gets[level] = append(c.sets[level], set), append(c.gets[level], get)
	return nil
}

// framesConns is how many connections frames are divided over, if so many are outstanding.
const framesConns = 48

// byFrames is Doozer, with the load that "make bench" has.
func byFrames(b *bench, on *server) *contender {
	return &contender{
		name: "Doozer", note: "likewise",
		load: func(ctx context.Context, k kind, outstanding, round int) (sample, error) {
			return b.load(ctx, on, k, benchDir, benchKeys, framesLevel(outstanding), round)
		},
	}
}

// byEcho is the echo, of SETs' frames whatever is asked for.
func byEcho(b *bench, on *server) *contender {
	return &contender{
		name: "echo", note: fmt.Sprintf("frames, as in bench.md, over %d connections", framesConns),
		load: func(ctx context.Context, _ kind, outstanding, round int) (sample, error) {
			return b.load(ctx, on, kindEcho, benchDir, benchKeys, framesLevel(outstanding), round)
		},
	}
}

func framesLevel(outstanding int) level { return level{outstanding, min(outstanding, framesConns)} }
