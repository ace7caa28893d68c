package main

import (
	"fmt"
	"strings"
)

func (k *backup) write(b *strings.Builder) {
	fmt.Fprintf(b, "## Backup\n\n")
	k.follows.write(b)
	k.first.write(b)
	restores(b, k.restores)
}

func (f *follows) write(b *strings.Builder) {
	fmt.Fprintf(b, `Three nodes, %d outstanding SETs over %d connections, in rounds of %v without and with "doozer-backup run"
beside them, with default flags and a journal on this machine's disk. The tool shares the cores with all the rest. Every %v the
cluster is asked for its revision, and the tool for what is durable. How far the tool was behind is the worst
of all rounds, all else the median.

`, f.level.outstanding, f.level.conns, f.length(), lagEvery)
	var revs int64
	for _, h := range f.how {
		revs = max(revs, h.lag.revs)
	}
	fmt.Fprintf(b, "| | |\n|---|---:|\n")
	for _, line := range []struct {
		what, figure string
	}{
		{"SETs a second without it", count(int(middle(f.alone, rate)))},
		{"SETs a second with it", count(int(middle(f.beside, rate)))},
		{"their ratio", fmt.Sprintf("%.2f", middleRatio(f.beside, f.alone, rate))},
		{"revisions that it was behind", count(int(revs))},
		{"milliseconds that it was behind", count(int(f.behind().Milliseconds()))},
		{"milliseconds after the end of the load until all was durable", figure(f.middle(follow.afterMillis), 1)},
		{"its CPU time for a change, in microseconds", micros(f.middle(follow.cpuPerChange))},
	} {
		fmt.Fprintf(b, "| %s | %s |\n", line.what, line.figure)
	}
}

func (f *first) write(b *strings.Builder) {
	fmt.Fprintf(b, `
Three nodes with %s files, under the same load on these: %.1f seconds after its start the tool had its first snapshot of
the cluster, which it walks through, and all changes since on the disk.
`, count(firstFiles), f.took.Seconds())
}

func restores(b *strings.Builder, all []*restore) {
	fmt.Fprintf(b, `
"doozer-backup restore", from its start to a snapshot that is on the disk, from a journal that is in the page cache:

| records | of so many files | seconds | records a second |
|---:|---:|---:|---:|
`)
	for _, r := range all {
		fmt.Fprintf(b, "| %s | %s | %.1f | %s |\n", count(r.records), count(r.paths), float64(r.records)/r.rate(), count(int(r.rate())))
	}
}
