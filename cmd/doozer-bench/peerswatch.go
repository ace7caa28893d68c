package main

import (
	"context"
	"fmt"
)

// watching is many watchers of one system.
type watching struct {
	name   string
	watch  func(context.Context) (*fanout, func(), error)
	events []float64 // that they were told of in a second, a figure a round
}

func (p *peers) newWatchings() []*watching {
	all := []*watching{{name: p.doozer.name, watch: func(ctx context.Context) (*fanout, func(), error) {
		return watchAll(ctx, p.client.on)
	}}}
	for _, r := range p.rivals() {
		if r.watch != nil {
			all = append(all, &watching{name: r.name, watch: r.watch})
		}
	}
	return all
}

// watches has all tell many watchers of changes, a round the one and a round the other.
func (p *peers) watches(ctx context.Context) error {
	p.watchings = p.newWatchings()
	fans := make([]*fanout, len(p.watchings))
	for i, w := range p.watchings {
		f, stop, err := w.watch(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		defer stop()
		fans[i] = f
	}
	for range p.rounds {
		for i, w := range p.watchings {
			events, err := fans[i].run(ctx, p.round/warmShare, p.round)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			w.events = append(w.events, events)
		}
	}
	p.say("watches done")
	return nil
}
