package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ha/doozer/client"
)

// How a node's attachment is measured.
const (
	attachDir    = "/many/" + groupMark
	attachFiles  = maxKeys
	attachTimes  = 3
	attachBefore = 2 * time.Second // of load, before the node is started
	attachLimit  = 2 * time.Minute // for all of it
)

// attach is how a fresh node attaches to three that hold many files and are written to.
type attach struct{ times []attached }

// attached is how it went once.
type attached struct {
	took                        time.Duration // from its start until it answered a linearizable GET
	before, during              float64       // SETs a second, of the other nodes
	pauseBefore, pauseMeanwhile time.Duration // the longest that no SET was answered
}

func (a attached) seconds() float64 { return a.took.Seconds() }

// slowed is in %.
func (a attached) slowed() float64 { return 100 * (1 - a.during/a.before) }

func measureAttach(ctx context.Context, b *bench) (*attach, error) {
	nodes, err := startFilled(ctx, b.doozerd, 3, attachDir, attachFiles)
	if err != nil {
		return nil, err
	}
	defer nodes.stop()
	a := &attach{}
	for range attachTimes {
		once, err := attachOnce(ctx, nodes)
		if err != nil {
			return nil, err
		}
		a.times = append(a.times, once)
	}
	return a, nil
}

// attachOnce attaches a node while SETs go on at the others.
func attachOnce(ctx context.Context, nodes *server) (a attached, err error) {
	t, err := newTemplate(kindSet, attachDir)
	if err != nil {
		return a, err
	}
	at, tr := levels[goalLevel], newTrace()
	l := load{
		template: t, on: nodes, outstanding: at.outstanding, conns: at.conns,
		keys: attachFiles, time: attachLimit, trace: tr,
	}
	var begun time.Time
	err = during(ctx, l, func(ctx context.Context) error {
		if err := sleep(ctx, attachBefore); err != nil {
			return err
		}
		begun = time.Now()
		if err := attachNode(ctx, nodes); err != nil {
			return err
		}
		a.took = time.Since(begun)
		return nil
	})
	if err != nil {
		return a, err
	}
	all, from := tr.all(), begun.Add(-attachBefore/2)
	a.before, a.during = all.rate(from, begun), all.rate(begun, begun.Add(a.took))
	a.pauseBefore, a.pauseMeanwhile = all.pause(from, begun), all.pause(begun, begun.Add(a.took))
	return a, nil
}

// attachNode starts a node, waits until it serves, and ends it.
func attachNode(ctx context.Context, nodes *server) error {
	p, addr, err := nodes.startNode("-a", nodes.addrs[0])
	if err != nil {
		return err
	}
	defer p.stop()
	var failed error
	err = p.until(ctx, "it served", func() bool {
		var served bool
		served, failed = serves(ctx, addr)
		return served || failed != nil
	})
	return errors.Join(err, failed)
}

// serves reports whether a node answers a linearizable GET of a file; it may not answer yet, but not wrongly.
func serves(ctx context.Context, addr string) (bool, error) {
	c, err := client.Config{Pinned: true, Secret: secret()}.Dial(ctx, addr)
	if err != nil {
		return false, nil
	}
	defer c.Close()
	key := attachFiles - 1
	value, rev, err := c.Get(ctx, fmt.Sprintf("/many/%03d/f%06d", key/groupSize, key))
	if err != nil {
		return false, nil
	}
	if rev == 0 || len(value) != valueLen {
		return false, fmt.Errorf("a node that was attached has %q of revision %d", value, rev)
	}
	return true, nil
}

func (a *attach) goals() []goal {
	return []goal{
		most(10, "attach to 1,000,000 files under write load: seconds", values(a.times, attached.seconds)...),
		most(20, "writers slowed meanwhile, in %", values(a.times, attached.slowed)...),
		never(50, "longest pause in writes meanwhile, in ms", values(a.times, func(a attached) float64 { return millis(a.pauseMeanwhile) })...),
	}
}

func millis(d time.Duration) float64 { return d.Seconds() * 1000 }

func (a *attach) write(b *strings.Builder) {
	level := levels[goalLevel]
	fmt.Fprintf(b, `## Attaching

A fresh node is started and attaches to three that hold %s files, while %d SETs of these are outstanding at the three, over %d
connections. It shares the cores with them. A pause is the longest time in which no SET was answered, whoever sent it.

| seconds until it served | SETs a second before | meanwhile | longest pause before, in ms | meanwhile |
|---:|---:|---:|---:|---:|
`, count(attachFiles), level.outstanding, level.conns)
	for _, t := range a.times {
		fmt.Fprintf(b, "| %.1f | %s | %s | %.0f | %.0f |\n", t.seconds(), count(int(t.before)), count(int(t.during)),
			millis(t.pauseBefore), millis(t.pauseMeanwhile))
	}
}
