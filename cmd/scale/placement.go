package main

import "time"

// placement is where members are.
type placement struct {
	name  string
	trips [][]time.Duration // between sites, there and back: trips[i][j] for j < i
}

func placements() []placement {
	const ms = time.Millisecond
	return []placement{
		{"three zones of one region, 1 ms there and back", [][]time.Duration{{}, {ms}, {ms, ms}}},
		{"three regions a, b, c: a-b 30 ms there and back, a-c 70, b-c 90",
			[][]time.Duration{{}, {30 * ms}, {70 * ms, 90 * ms}}},
		{"the same regions, five members: two in a, two in b, one in c", [][]time.Duration{
			{}, {ms}, {30 * ms, 30 * ms}, {30 * ms, 30 * ms, ms}, {70 * ms, 70 * ms, 90 * ms, 90 * ms}}},
	}
}

// delay is that of a packet between two sites; a client is at its own.
func (p *placement) delay(from, to int) int64 {
	if from == to {
		return 0
	}
	return int64(p.trips[max(from, to)][min(from, to)]) / 2
}

// settled is how long a world takes until all hold leases, if they ever do.
const settled = 3 * time.Second

// world makes a world in which nothing but distance takes time.
func (p *placement) world(fill, lease time.Duration) (*world, []*site, error) {
	w, err := newWorld(plan{seed: 1, members: len(p.trips), fill: fill, lease: lease, cores: 1, delay: p.delay})
	if err != nil {
		return nil, nil, err
	}
	var sites []*site
	for _, n := range w.nodes {
		sites = append(sites, newSite(n))
	}
	return w, sites, w.run(settled)
}
