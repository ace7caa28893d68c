package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// How nodes are killed.
const (
	killTimes  = 6 // each of three nodes twice
	killConns  = 16
	killBefore = time.Second // of load
	killAfter  = 2 * time.Second
)

// kills is what clients of the others saw when a node was killed.
type kills struct{ times []killed }

// killed is what they saw once: the longest time without an answer.
type killed struct {
	write, read             time.Duration // at any one connection
	allWrite                time.Duration // at all
	writeBefore, readBefore time.Duration // at any one, while all was well
}

// measureKills kills one node after the other, each time with another one in its place.
func measureKills(ctx context.Context, b *bench) (*kills, error) {
	nodes, err := startCluster(ctx, b.doozerd, 3)
	if err != nil {
		return nil, err
	}
	defer nodes.stop()
	if err := fill(ctx, nodes, benchDir, benchKeys); err != nil {
		return nil, err
	}
	k := &kills{}
	for i := range killTimes {
		victim := i % len(nodes.procs)
		once, err := killOnce(ctx, nodes, victim)
		if err != nil {
			return nil, fmt.Errorf("kill of node %d: %w", victim, err)
		}
		k.times = append(k.times, once)
		if err := nodes.replace(ctx, victim); err != nil {
			return nil, fmt.Errorf("a node in the place of %d: %w", victim, err)
		}
		b.say("kill: %d of %d", i+1, killTimes)
	}
	return k, nil
}

// killOnce kills a node while SETs and GETs go on at the others.
func killOnce(ctx context.Context, nodes *server, victim int) (k killed, err error) {
	others := nodes.without(victim)
	writes, reads := newTrace(), newTrace()
	var running sync.WaitGroup
	failed := make(chan error, 2)
	for what, tr := range map[kind]*trace{kindSet: writes, kindGet: reads} {
		running.Go(func() { failed <- killLoad(ctx, others, what, tr) })
	}
	err = sleep(ctx, killBefore)
	at := time.Now()
	nodes.procs[victim].kill()
	running.Wait()
	if err = errors.Join(err, <-failed, <-failed); err != nil {
		return k, err
	}
	from, to := at.Add(-killBefore/2), at.Add(killAfter/2)
	return killed{
		write: writes.pause(at, to), read: reads.pause(at, to), allWrite: writes.all().pause(at, to),
		writeBefore: writes.pause(from, at), readBefore: reads.pause(from, at),
	}, nil
}

// killLoad is many clients of which each wants one answer at a time.
func killLoad(ctx context.Context, on *server, k kind, tr *trace) error {
	t, err := newTemplate(k, benchDir)
	if err != nil {
		return err
	}
	_, err = load{
		template: t, on: on, outstanding: killConns, conns: killConns,
		keys: benchKeys, time: killBefore + killAfter, trace: tr,
	}.run(ctx)
	return err
}

// without is the server but for one of its nodes.
func (s *server) without(i int) *server {
	o := &server{}
	for j := range s.procs {
		if j != i {
			o.procs, o.addrs = append(o.procs, s.procs[j]), append(o.addrs, s.addrs[j])
		}
	}
	return o
}

func (k *kills) goals() []goal {
	return []goal{
		never(150, "kill -9 of a node: pause in writes at the others, in ms", values(k.times, func(k killed) float64 { return millis(k.write) })...),
		never(150, "kill -9 of a node: pause in reads at the others, in ms", values(k.times, func(k killed) float64 { return millis(k.read) })...),
	}
}

func (k *kills) write(b *strings.Builder) {
	fmt.Fprintf(b, `## A node is killed

Three nodes, of which one is killed (SIGKILL), one after the other, with a new one in its place each time. %d connections to the other two
have a SET outstanding each, and as many a GET. The longest time in milliseconds from one answer to the next at any one connection, in the
second after the kill and in the half second before it; and that in which no SET was answered anywhere.

| node | SET | GET | SET, anywhere | SET before | GET before |
|---:|---:|---:|---:|---:|---:|
`, killConns)
	for i, t := range k.times {
		fmt.Fprintf(b, "| %d | %.0f | %.0f | %.0f | %.0f | %.0f |\n", i%3, millis(t.write), millis(t.read), millis(t.allWrite),
			millis(t.writeBefore), millis(t.readBefore))
	}
}
