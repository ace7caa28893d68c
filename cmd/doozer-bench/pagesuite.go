package main

import (
	"fmt"
	"slices"
	"strings"
)

// goals are those that hold Doozer against the echo; etcd's are on another page.
func (s *suite) goals() []goal {
	return []goal{
		beside("at least 10 and 20", "SETs to etcd's without fsync, 64 and 256 outstanding"),
		least(0.5, "SETs to echoes, 256 outstanding", s.ratios(s.set3, goalLevel, rate)...),
		beside("at least 15 and 25", "GETs to etcd's, 64 and 256 outstanding"),
		least(0.8, "GETs to echoes, 64 outstanding", s.ratios(s.get3, peerLevel, rate)...),
		least(0.8, "GETs to echoes, 256 outstanding", s.ratios(s.get3, goalLevel, rate)...),
		most(4, "one SET at a time, p50, in round trips of the echo", s.ratios(s.set3, loneLevel, p50)...),
		beside("at most 0.25", "one SET at a time, p50, to etcd's"),
		most(1.25, "one GET at a time, p50, in round trips of the echo", s.ratios(s.get3, loneLevel, p50)...),
		beside("at most 0.15", "p99 at 64 outstanding, SET and GET, to etcd's"),
		beside("at most 0.1 and 0.05", "CPU of all nodes for a SET, to etcd's, 64 and 256 outstanding"),
		least(0.6, "one node alone: SETs to echoes, 256 outstanding", s.ratios(s.set1, goalLevel, rate)...),
		least(0.6, "one node alone: GETs to echoes, 256 outstanding", s.ratios(s.get1, goalLevel, rate)...),
	}
}

func (s *suite) write(b *strings.Builder) {
	s.rates(b)
	s.latencies(b)
	s.costs(b)
}

func (s *suite) rates(b *strings.Builder) {
	fmt.Fprintf(b, "## Requests a second\n\nIn brackets: the ratio to the echo.\n\n")
	s.table(b, func(c *cell, level int) string {
		r := count(int(middle(c.levels[level], rate)))
		if c == s.echo {
			return r
		}
		return fmt.Sprintf("%s (%.2f)", r, s.ratio(c, level, rate))
	})
}

func (s *suite) latencies(b *strings.Builder) {
	fmt.Fprintf(b, "## Latency\n\nHalf of the requests, and 99 in 100, were answered within so many microseconds.\n\n")
	s.table(b, func(c *cell, level int) string {
		return micros(middle(c.levels[level], p50)) + " / " + micros(middle(c.levels[level], p99))
	})
	lone := values(s.echo.levels[loneLevel], mean)
	fmt.Fprintf(b, "One at a time, in round trips of the echo, by the mean and by the median. The echo's own took %s to %s\n", micros(slices.Min(lone)), micros(slices.Max(lone)))
	fmt.Fprintf(b, "microseconds in the mean, by where the kernel had put its two ends:\n\n")
	fmt.Fprintf(b, "| | mean | median |\n|---|---|---|\n")
	for _, c := range s.cells()[1:] {
		fmt.Fprintf(b, "| %s | %.1f | %.1f |\n", c.name, s.ratio(c, loneLevel, mean), s.ratio(c, loneLevel, p50))
	}
	fmt.Fprintln(b)
}

func (s *suite) costs(b *strings.Builder) {
	fmt.Fprintf(b, "## CPU\n\nMicroseconds of CPU that the servers took for a request, all nodes together.\n\n")
	s.table(b, func(c *cell, level int) string { return micros(middle(c.levels[level], cpu)) })
}

// table writes a line for each level and a column for each cell.
func (s *suite) table(b *strings.Builder, entry func(c *cell, level int) string) {
	fmt.Fprintf(b, "| outstanding | connections |")
	for _, c := range s.cells() {
		fmt.Fprintf(b, " %s |", c.name)
	}
	fmt.Fprintf(b, "\n|---:|---:|%s\n", strings.Repeat("---:|", len(s.cells())))
	for i, l := range levels {
		fmt.Fprintf(b, "| %d | %d |", l.outstanding, l.conns)
		for _, c := range s.cells() {
			fmt.Fprintf(b, " %s |", entry(c, i))
		}
		fmt.Fprintln(b)
	}
	fmt.Fprintln(b)
}
