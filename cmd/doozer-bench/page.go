package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// page writes the measurements down, in Markdown; where is what machine told.
func page(o options, where string, s *suite, d *dirSizes, e *sessions, k *backup) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Benchmark\n\n")
	intro(&b, o, where)
	goals(&b, s, d, k)
	rates(&b, s)
	latencies(&b, s)
	directories(&b, d)
	e.write(&b)
	backups(&b, k)
	return b.String()
}

func intro(b *strings.Builder, o options, where string) {
	fmt.Fprintf(b, `Written by

    make bench

on %s, %s: %s. The medians of %d rounds of %v for each figure.

Requests are kept outstanding by one program on the same machine, divided evenly over the connections, and
these over the nodes. Values have %d bytes; the files are %s in one directory, written and read all over. A GET
is linearizable. The echo is a TCP server that sends a SET's frame back as it came. Load and framing are the
same for all: each end reads all that has arrived, and writes all that is ready at once. So the fewer the
connections, the more frames go by one system call; the echo, which does nothing else, gains the most by
that. Every answer is checked. Load, echo and nodes share the cores; the nodes run with default flags, and
with Go's default settings.

`, time.Now().UTC().Format(time.DateOnly), runtime.Version(), where, o.rounds, o.round,
		valueLen, count(benchKeys))
}

// machine tells the facts that figures depend on, as they are now.
func machine() string {
	facts := fmt.Sprintf("%s/%s, GOMAXPROCS=%d", runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		minute, _, _ := strings.Cut(string(load), " ")
		facts += ", load average " + minute + " before the start"
	}
	facts += fmt.Sprintf(", %d cores", runtime.NumCPU())
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

// goal is a figure that is to be reached.
type goal struct {
	what     string
	bound    float64
	atLeast  bool // the bound is the least that will do, not the most
	measured float64
}

func (g *goal) met() bool {
	if g.atLeast {
		return g.measured >= g.bound
	}
	return g.measured <= g.bound
}

func goals(b *strings.Builder, s *suite, d *dirSizes, k *backup) {
	at := fmt.Sprintf("three nodes, %d outstanding: ", levels[goalLevel].outstanding)
	fmt.Fprintf(b, "## Goals\n\n| measure | goal | measured | |\n|---|---:|---:|---|\n")
	for _, g := range []goal{
		{at + "SETs to echoes", 0.25, true, s.ratio(s.set3, goalLevel, rate)},
		{at + "GETs to echoes", 0.3, true, s.ratio(s.get3, goalLevel, rate)},
		{"three nodes, one SET at a time: its time in round trips of the echo", 6, false, s.ratio(s.set3, loneLevel, mean)},
		{"one node: SETs in a small directory to those in a large one", 1.5, false, d.factor()},
		{"backup: keeps up with the full write rate: gaps", 0, false, float64(k.gaps())},
		{"backup: seconds behind", 1, false, k.follows.behind().Seconds()},
		{"backup: records restored a second", 200_000, true, k.restoreRate()},
	} {
		limit, verdict := "at most", "**missed**"
		if g.atLeast {
			limit = "at least"
		}
		if g.met() {
			verdict = "met"
		}
		fmt.Fprintf(b, "| %s | %s %s | %s | %s |\n", g.what, limit, figure(g.bound, -1), figure(g.measured, 2), verdict)
	}
	fmt.Fprintln(b)
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
	fast, slow := extremes(s.echo.levels[loneLevel], mean)
	fmt.Fprintf(b, "One at a time, in round trips of the echo, by the mean and by the median. The echo's own took %s to %s\n", micros(fast), micros(slow))
	fmt.Fprintf(b, "microseconds in the mean, by where the kernel had put its two ends:\n\n")
	fmt.Fprintf(b, "| | mean | median |\n|---|---|---|\n")
	for _, c := range s.cells()[1:] {
		fmt.Fprintf(b, "| %s | %.1f | %.1f |\n", c.name, s.ratio(c, loneLevel, mean), s.ratio(c, loneLevel, p50))
	}
	fmt.Fprintln(b)
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

func directories(b *strings.Builder, d *dirSizes) {
	fmt.Fprintf(b, "## Directory size\n\nOne node, %d outstanding SETs over %d connections, of files that are there, all in one directory.\n\n",
		dirOutstanding, dirConns)
	fmt.Fprintf(b, "| files | SETs a second |\n|---:|---:|\n")
	for _, dir := range []directory{d.small, d.large} {
		fmt.Fprintf(b, "| %s | %s |\n", count(dir.files), count(int(dir.rate())))
	}
}

// figure writes a number with so many digits after the point, -1 for those that it has; a large
// one, or none at all, as count does.
func figure(v float64, digits int) string {
	if v >= 1000 || v == 0 {
		return count(int(v))
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
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
