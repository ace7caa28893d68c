package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// page writes the measurements down, in Markdown; where is what machine told.
func (p *peers) page(where string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Beside others\n\n")
	p.intro(&b, where)
	writeGoals(&b, []part{p})
	p.write(&b)
	if p.failed != nil {
		fmt.Fprintln(&b)
		failure{p.failed}.write(&b)
	}
	return b.String()
}

func (p *peers) intro(b *strings.Builder, where string) {
	fmt.Fprintf(b, `Written by

    %s

on %s, %s: %s. %d rounds of %v for each figure, which go through all systems in turn.

Each system is three nodes, on this one machine, with the load beside them: SETs and GETs of %d bytes, of %s files. Doozer and the echo are
sent frames, as [bench.md](bench.md) tells. The others, and Doozer once more, are used by their Go clients, from a goroutine for each request
that is outstanding, over as many connections, spread over the nodes, as each was found to do best with before the rounds, at 64 and at
256 outstanding. So the second row of Doozer is the one to compare with in what a program sees, and the first one in what the nodes can do; and their CPU does not depend on
the load's. Every answer is checked.

etcd %s: a Put, and a Get as it is by default, which is linearizable; default settings, the data on %s, with fsync and with its UnsafeNoFsync.
`, p.command, time.Now().UTC().Format(time.DateOnly), runtime.Version(), where, p.rounds, p.round,
		valueLen, count(benchKeys), version("go.etcd.io/etcd/server/v3"), p.where)
	if p.zookeeper == nil {
		fmt.Fprintf(b, "ZooKeeper is not here: %v.\n\n", errNoZookeeper)
		return
	}
	fmt.Fprintf(b, "ZooKeeper, Debian's: set and get, which answers what the server that is asked has; data likewise, forceSync=no. "+
		"The Java runtime is\nwarmed up by the search for the best number of connections.\n\n")
}

// version is that of a module in this program.
func version(module string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(of an unknown version)"
	}
	for _, m := range info.Deps {
		if m.Path == module {
			return strings.TrimPrefix(m.Version, "v")
		}
	}
	return "(of an unknown version)"
}

// goals are those that hold Doozer against etcd without fsync.
func (p *peers) goals() []goal {
	d, e := p.doozer, &p.etcd.contender
	return []goal{
		least(10, "SETs to etcd's, 64 outstanding", ratios(d.sets[peerSome], e.sets[peerSome], rate)...),
		least(20, "SETs to etcd's, 256 outstanding", ratios(d.sets[peerMany], e.sets[peerMany], rate)...),
		least(0.5, "SETs to echoes, 256 outstanding", ratios(d.sets[peerMany], p.echo.sets[peerMany], rate)...),
		least(15, "GETs to etcd's, 64 outstanding", ratios(d.gets[peerSome], e.gets[peerSome], rate)...),
		least(25, "GETs to etcd's, 256 outstanding", ratios(d.gets[peerMany], e.gets[peerMany], rate)...),
		least(0.8, "GETs to echoes, 256 outstanding", ratios(d.gets[peerMany], p.echo.gets[peerMany], rate)...),
		most(0.25, "one SET at a time, p50, to etcd's", ratios(d.sets[peerLone], e.sets[peerLone], p50)...),
		most(4, "one SET at a time, p50, in round trips of the echo", ratios(d.sets[peerLone], p.echo.sets[peerLone], p50)...),
		most(1.25, "one GET at a time, p50, in round trips of the echo", ratios(d.gets[peerLone], p.echo.gets[peerLone], p50)...),
		most(0.15, "p99 at 64 outstanding, SET, to etcd's", ratios(d.sets[peerSome], e.sets[peerSome], p99)...),
		most(0.15, "p99 at 64 outstanding, GET, to etcd's", ratios(d.gets[peerSome], e.gets[peerSome], p99)...),
		most(0.1, "CPU of all nodes for a SET, to etcd's, 64 outstanding", ratios(d.sets[peerSome], e.sets[peerSome], cpu)...),
		most(0.05, "CPU of all nodes for a SET, to etcd's, 256 outstanding", ratios(d.sets[peerMany], e.sets[peerMany], cpu)...),
		least(3, "watch: events/s to 1,000 watchers on 1,000 connections, to etcd's", p.watchRatios()...),
		never(150, "kill -9 of a node: pause in writes at the others, in ms", values(p.client.kills, killed.writeMillis)...),
		never(150, "kill -9 of a node: pause in reads at the others, in ms", values(p.client.kills, killed.readMillis)...),
	}
}

// watchRatios are those of Doozer's events to etcd's.
func (p *peers) watchRatios() (all []float64) {
	for _, w := range p.watchings {
		if w.name != p.etcd.name {
			continue
		}
		for i, events := range w.events {
			all = append(all, p.watchings[0].events[i]/events)
		}
	}
	return all
}

func (p *peers) write(b *strings.Builder) {
	if p.only.wants("set", "get") {
		p.requestTables(b)
	}
	if p.only.wants("watch") {
		p.watchTable(b)
	}
	if p.only.wants("kill") {
		p.killTable(b)
	}
}

func (p *peers) requestTables(b *strings.Builder) {
	fmt.Fprintf(b, "\n## Requests a second\n\nThe median; in brackets the least and the greatest of the rounds.\n\n")
	p.table(b, peerSome, func(samples []sample) string {
		return fmt.Sprintf("%s (%s)", count(int(middle(samples, rate))), spread(values(samples, rate)))
	})
	fmt.Fprintf(b, "\n## Latency\n\nHalf of the requests, and 99 in 100, were answered within so many microseconds.\n\n")
	p.table(b, peerLone, func(samples []sample) string {
		return micros(middle(samples, p50)) + " / " + micros(middle(samples, p99))
	})
	fmt.Fprintf(b, "\n## CPU\n\nMicroseconds of CPU that the servers took for a request, all nodes together.\n\n")
	p.table(b, peerSome, func(samples []sample) string { return micros(middle(samples, cpu)) })
}

// table writes a line for each contender, and a column for each kind and number outstanding from a level on.
func (p *peers) table(b *strings.Builder, from int, entry func([]sample) string) {
	fmt.Fprintf(b, "| |")
	for _, kind := range []string{"SET", "GET"} {
		for _, n := range peerLevels[from:] {
			fmt.Fprintf(b, " %s, %d outstanding |", kind, n)
		}
	}
	fmt.Fprintf(b, "\n|---|%s\n", strings.Repeat("---:|", 2*len(peerLevels[from:])))
	for _, c := range p.contenders() {
		fmt.Fprintf(b, "| %s: %s |", c.name, c.note)
		for _, levels := range [][len(peerLevels)][]sample{c.sets, c.gets} {
			for _, samples := range levels[from:] {
				fmt.Fprintf(b, " %s |", entry(samples))
			}
		}
		fmt.Fprintln(b)
	}
}

func (p *peers) watchTable(b *strings.Builder) {
	fmt.Fprintf(b, `
## Watches

%s watchers, each on a connection of its own, are told of every change of %d files; no more than %d changes are under way at a time. ZooKeeper's
watches do not tell what the change was; they are not measured.

| | events a second, to all watchers together |
|---|---:|
`, count(watcherCount), watchDepth, watchDepth)
	for _, w := range p.watchings {
		fmt.Fprintf(b, "| %s | %s (%s) |\n", w.name, count(int(median(w.events))), spread(w.events))
	}
}

func (p *peers) killTable(b *strings.Builder) {
	fmt.Fprintf(b, `
## A node is killed

The leader, or with Doozer, which has none, each node in turn, is killed (SIGKILL), and started again before the next time. %d clients of
the other two write, each one file at a time, and as many read. The longest time in milliseconds in which no SET was answered anywhere,
and that from one answer to the next at any one client, of SETs and of GETs. At most %v would be seen. A client that gets
an error, or no answer within %v, goes on with the next request.

| | no SET anywhere | a client's SETs | a client's GETs |
|---|---:|---:|---:|
`, killConns, peerKillAfter/2, peerPatience)
	for _, r := range p.rivals() {
		for _, k := range r.kills {
			fmt.Fprintf(b, "| %s | %.0f | %.0f | %.0f |\n", r.name, millis(k.allWrite), k.writeMillis(), k.readMillis())
		}
	}
}
