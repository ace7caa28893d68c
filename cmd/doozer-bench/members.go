package main

import (
	"context"
	"fmt"
	"strings"
)

// memberCounts are the sizes of the clusters that are compared.
func memberCounts() []int { return []int{3, 5, 7} }

// memberships compares SETs to clusters of several sizes, all on this machine.
type memberships struct {
	counts  []int
	samples [][]sample // of each, a sample a round
}

func measureMembers(ctx context.Context, b *bench) (*memberships, error) {
	m := &memberships{counts: memberCounts()}
	m.samples = make([][]sample, len(m.counts))
	var clusters []*server
	defer func() {
		for _, c := range clusters {
			c.stop()
		}
	}()
	for _, n := range m.counts {
		c, err := startFilled(ctx, b.doozerd, n, benchDir, benchKeys)
		if err != nil {
			return nil, fmt.Errorf("%d members: %w", n, err)
		}
		clusters = append(clusters, c)
	}
	return m, m.compare(ctx, b, clusters)
}

func (m *memberships) compare(ctx context.Context, b *bench, clusters []*server) error {
	for r := range b.rounds {
		for i, c := range clusters {
			got, err := b.load(ctx, c, kindSet, benchDir, benchKeys, levels[goalLevel], r)
			if err != nil {
				return fmt.Errorf("%d members: %w", m.counts[i], err)
			}
			m.samples[i] = append(m.samples[i], got)
		}
	}
	return nil
}

func (m *memberships) goals() []goal {
	return []goal{
		least(0.7, "five members: SETs to those of three", ratios(m.samples[1], m.samples[0], rate)...),
		least(0.5, "seven members: SETs to those of three", ratios(m.samples[2], m.samples[0], rate)...),
	}
}

func (m *memberships) write(b *strings.Builder) {
	level := levels[goalLevel]
	fmt.Fprintf(b, `## Members

%d outstanding SETs over %d connections, to all members in turn, which all share this machine.

| members | SETs a second | CPU of all nodes for a SET, in microseconds |
|---:|---:|---:|
`, level.outstanding, level.conns)
	for i, n := range m.counts {
		fmt.Fprintf(b, "| %d | %s | %s |\n", n, count(int(middle(m.samples[i], rate))), micros(middle(m.samples[i], cpu)))
	}
}
