package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// The goals, as ratios to the echo and between directories.
const (
	goalLevel = 256 // outstanding
	goalSet   = 0.25
	goalGet   = 0.3
	goalLone  = 6.0
	goalDir   = 1.5
)

// page writes the measurements down, in Markdown.
func page(o options, s *suite, d *dirSizes) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Benchmark\n\n")
	intro(&b, o)
	goals(&b, s, d)
	rates(&b, s)
	latencies(&b, s)
	directories(&b, d)
	return b.String()
}

func intro(b *strings.Builder, o options) {
	fmt.Fprintf(b, `Written by

    make bench

on %s, %s: %s. The medians of %d rounds of %v for each figure.

Requests are kept outstanding by one program on the same machine, spread evenly over %d
connections (one at 1 outstanding); with three nodes, one connection to each. Values have %d bytes,
the files are %s in one directory. A SET is acknowledged by a majority and applied; a GET is linearizable.
The echo is a TCP server that sends each frame back as it came, a SET's; load and framing are
the same, and it reads all that has arrived and writes it at once. Every answer is checked. Nodes, echo and load share the cores,
so a ratio to the echo says what a request costs beyond moving its frame.

`, time.Now().UTC().Format(time.DateOnly), runtime.Version(), machine(), o.rounds, o.round,
		loadConns, valueLen, count(benchKeys))
}

// machine tells the facts that figures depend on.
func machine() string {
	facts := fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return facts
	}
	for line := range strings.Lines(string(info)) {
		name, model, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(name) == "model name" {
			return facts + " of " + strings.TrimSpace(model)
		}
	}
	return facts
}

func goals(b *strings.Builder, s *suite, d *dirSizes) {
	at := levelOf(goalLevel)
	fmt.Fprintf(b, "## Goals\n\n| measure | goal | measured | |\n|---|---|---|---|\n")
	row := func(what, goal, measured string, met bool) {
		verdict := "met"
		if !met {
			verdict = "**missed**"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", what, goal, measured, verdict)
	}
	set, get := s.ratio(s.set3, at, rate), s.ratio(s.get3, at, rate)
	lone, factor := s.ratio(s.set3, 0, mean), d.factor()
	row("three nodes, 256 outstanding: SETs to echoes", "at least 0.25", fmt.Sprintf("%.2f", set), set >= goalSet)
	row("three nodes, 256 outstanding: GETs to echoes", "at least 0.3", fmt.Sprintf("%.2f", get), get >= goalGet)
	row("three nodes, one SET at a time, in round trips of the echo", "at most 6", fmt.Sprintf("%.1f", lone), lone <= goalLone)
	row("SETs in a directory of 1,000 files to those in one of 100,000", "at most 1.5", fmt.Sprintf("%.2f", factor), factor <= goalDir)
	fmt.Fprintln(b)
}

func levelOf(outstanding int) int {
	for i, l := range levels {
		if l == outstanding {
			return i
		}
	}
	panic(fmt.Sprintf("%d outstanding requests are not measured", outstanding))
}

func rates(b *strings.Builder, s *suite) {
	fmt.Fprintf(b, "## Requests a second\n\nIn brackets: the ratio to the echo.\n\n")
	s.table(b, func(c *cell, level int) string {
		r := count(int(middle(c.levels[level], rate)))
		if c == s.echo {
			return r
		}
		return fmt.Sprintf("%s (%.2f)", r, s.ratio(c, level, rate))
	})
}

func latencies(b *strings.Builder, s *suite) {
	fmt.Fprintf(b, "## Latency\n\nHalf of the requests, and 99 in 100, were answered within so many microseconds.\n\n")
	s.table(b, func(c *cell, level int) string {
		return micros(middle(c.levels[level], p50)) + " / " + micros(middle(c.levels[level], p99))
	})
	fmt.Fprintf(b, "One at a time, in round trips of the echo, by the mean and by the median:\n\n")
	fmt.Fprintf(b, "| | mean | median |\n|---|---|---|\n")
	for _, c := range s.cells()[1:] {
		fmt.Fprintf(b, "| %s | %.1f | %.1f |\n", c.name, s.ratio(c, 0, mean), s.ratio(c, 0, p50))
	}
	fmt.Fprintln(b)
}

// table writes a line for each level and a column for each cell.
func (s *suite) table(b *strings.Builder, entry func(c *cell, level int) string) {
	fmt.Fprintf(b, "| outstanding |")
	for _, c := range s.cells() {
		fmt.Fprintf(b, " %s |", c.name)
	}
	fmt.Fprintf(b, "\n|---:|%s\n", strings.Repeat("---:|", len(s.cells())))
	for l, outstanding := range levels {
		fmt.Fprintf(b, "| %d |", outstanding)
		for _, c := range s.cells() {
			fmt.Fprintf(b, " %s |", entry(c, l))
		}
		fmt.Fprintln(b)
	}
	fmt.Fprintln(b)
}

func directories(b *strings.Builder, d *dirSizes) {
	fmt.Fprintf(b, "## Directory size\n\nOne node, %d outstanding SETs of files that are there, all in one directory.\n\n", dirOutstanding)
	fmt.Fprintf(b, "| files | SETs a second |\n|---:|---:|\n")
	for _, dir := range []directory{d.small, d.large} {
		fmt.Fprintf(b, "| %s | %s |\n", count(dir.files), count(int(dir.rate())))
	}
}

// count writes a number with commas, and no more than three digits that count
// for something.
func count(n int) string {
	unit := 1
	for n/unit >= 1000 {
		unit *= 10
	}
	n = (n + unit/2) / unit * unit
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// micros writes nanoseconds as microseconds.
func micros(ns float64) string {
	if ns >= 100e3 {
		return count(int(ns / 1e3))
	}
	return fmt.Sprintf("%.1f", ns/1e3)
}
