package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	node                    int
	write, read             time.Duration // at any one connection
	allWrite                time.Duration // at all
	writeBefore, readBefore time.Duration // at any one, while all was well
}

func (k killed) writeMillis() float64 { return millis(k.write) }
func (k killed) readMillis() float64  { return millis(k.read) }

// measureKills kills one node after the other, each time with another one in its place.
func measureKills(ctx context.Context, b *bench) (*kills, error) {
	nodes, err := startFilled(ctx, b.doozerd, 3, benchDir, benchKeys)
	if err != nil {
		return nil, err
	}
	defer nodes.stop()
	k := &kills{}
	for i := range killTimes {
		victim := i % len(nodes.procs)
		once, err := killOnce(ctx, nodes, victim, killAfter, frameLoad)
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

// killOnce kills a node while SETs and GETs go on at the others. Pauses count in the first half of the time that follows.
func killOnce(ctx context.Context, nodes *server, victim int, after time.Duration, load killLoad) (k killed, err error) {
	others := nodes.without(victim)
	writes, reads := newTrace(), newTrace()
	failed := make(chan error, 2)
	for what, tr := range map[kind]*trace{kindSet: writes, kindGet: reads} {
		go func() { failed <- load(ctx, others, what, killBefore+after, tr) }()
	}
	err = sleep(ctx, killBefore)
	at := time.Now()
	nodes.procs[victim].kill()
	if err = errors.Join(err, <-failed, <-failed); err != nil {
		return k, err
	}
	from, to := at.Add(-killBefore/2), at.Add(after/2)
	return killed{
		node: victim, write: writes.pause(at, to), read: reads.pause(at, to), allWrite: writes.all().pause(at, to),
		writeBefore: writes.pause(from, at), readBefore: reads.pause(from, at),
	}, nil
}

// killLoad puts requests of a kind on a server, from many clients of which each wants one answer at a time.
type killLoad func(ctx context.Context, on *server, k kind, length time.Duration, tr *trace) error

func frameLoad(ctx context.Context, on *server, k kind, length time.Duration, tr *trace) error {
	t, err := newTemplate(k, benchDir)
	if err != nil {
		return err
	}
	_, err = load{
		template: t, on: on, outstanding: killConns, conns: killConns, keys: benchKeys, time: length, trace: tr,
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
		never(150, "kill -9 of a node: pause in writes at the others, in ms", values(k.times, killed.writeMillis)...),
		never(150, "kill -9 of a node: pause in reads at the others, in ms", values(k.times, killed.readMillis)...),
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
	for _, t := range k.times {
		fmt.Fprintf(b, "| %d | %.0f | %.0f | %.0f | %.0f | %.0f |\n", t.node, millis(t.write), millis(t.read), millis(t.allWrite),
			millis(t.writeBefore), millis(t.readBefore))
	}
}
