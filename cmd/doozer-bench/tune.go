package main

import (
	"context"
	"fmt"
)

// use is what a client library is used for: requests of a kind, so many of them outstanding.
type use struct {
	kind        kind
	outstanding int
}

// uses are those that it is tuned for. One request at a time uses what 64 do.
func uses() []use {
	some, many := peerLevels[peerSome], peerLevels[peerMany]
	return []use{{kindSet, some}, {kindSet, many}, {kindGet, some}, {kindGet, many}}
}

// peerConns are the numbers of connections that a client library is tried with.
func peerConns() []int { return []int{3, 6, 12, 24, 48} }

// tuneTimes is how often each is tried.
const tuneTimes = 2

// ready has the rival be used in the best way.
func (r *rival) ready(ctx context.Context, b *bench) error {
	r.best = make(map[use]clients)
	for _, u := range uses() {
		if err := r.tune(ctx, b, u); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	conns := func(k kind) string {
		return fmt.Sprintf("%d and %d", r.best[use{k, peerLevels[peerSome]}].conns(), r.best[use{k, peerLevels[peerMany]}].conns())
	}
	r.note = fmt.Sprintf("%s connections for SET, %s for GET", conns(kindSet), conns(kindGet))
	r.load = func(ctx context.Context, k kind, outstanding, round int) (sample, error) {
		c := r.best[use{k, max(outstanding, peerLevels[peerSome])}]
		return r.calls(b, c, use{k, outstanding}, round).run(ctx)
	}
	return nil
}

// tune finds how many connections a use does best with, and keeps those.
func (r *rival) tune(ctx context.Context, b *bench, u use) error {
	var tried []clients
	defer func() {
		for _, c := range tried {
			if c != r.best[u] {
				c.close()
			}
		}
	}()
	for _, conns := range peerConns() {
		c, err := r.dial(ctx, r.on.addrs, conns)
		if err != nil {
			return err
		}
		tried = append(tried, c)
	}
	rates := make([]float64, len(tried))
	for t := range tuneTimes {
		for i, c := range tried {
			got, err := r.calls(b, c, u, t).run(ctx)
			if err != nil {
				return fmt.Errorf("%d connections: %w", c.conns(), err)
			}
			rates[i] += got.rate
		}
	}
	r.best[u] = tried[greatest(rates)]
	return nil
}

// greatest is the place of the greatest value.
func greatest(values []float64) (place int) {
	for i, v := range values {
		if v > values[place] {
			place = i
		}
	}
	return place
}

func (r *rival) calls(b *bench, c clients, u use, round int) *calls {
	return &calls{
		clients: c, kind: u.kind, on: r.on, outstanding: u.outstanding,
		keys: benchKeys, offset: round, warm: b.round / warmShare, time: b.round,
	}
}
