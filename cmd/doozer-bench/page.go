package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// page writes the measurements down, in Markdown; where is what machine told.
func page(o options, where string, parts []part) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Benchmark\n\n")
	intro(&b, o, where)
	writeGoals(&b, parts)
	for _, p := range parts {
		var text strings.Builder
		p.write(&text)
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(text.String()))
	}
	return b.String()
}

func intro(b *strings.Builder, o options, where string) {
	fmt.Fprintf(b, `Written by

    %s

on %s, %s: %s. The medians of %d rounds of %v for each figure, if nothing else is said.

Requests are kept outstanding by one program on the same machine, divided evenly over the connections, and
these over the nodes. Values have %d bytes; the files are %s in one directory, written and read all over, where nothing else is said. A GET
is linearizable. The echo is a TCP server that sends a SET's frame back as it came. Load and framing are the
same for all: each end reads all that has arrived, and writes all that is ready at once. So the fewer the
connections, the more frames go by one system call; the echo, which does nothing else, gains the most by
that. Every answer is checked. Load, echo and nodes share the cores; the nodes run with default flags, and
with Go's default settings. Latencies are kept in HDR histograms, to one part in 100.

`, o.command, time.Now().UTC().Format(time.DateOnly), runtime.Version(), where, o.rounds, o.round,
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

// figure writes a number with so many digits after the point, -1 for those that it has; a large
// one, or none at all, as count does.
func figure(v float64, digits int) string {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return "none" // a round in which nothing was answered, to hold against
	}
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
