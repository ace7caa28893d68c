package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// How nodes of rivals are killed.
const (
	peerKills     = 3
	peerKillAfter = 8 * time.Second        // of load after a kill; a pause may take half of it
	peerPatience  = 200 * time.Millisecond // for an answer; what was under way at a leader that died is answered late or never
)

// peers is Doozer beside others, on the same machine at the same time.
type peers struct {
	*bench
	where string // what the others' data are on

	yardstick             *server    // the echo
	echo, doozer          *contender // by frames
	client, etcd, fsynced *rival
	zookeeper             *rival // nil: there is none here
	watchings             []*watching
	failed                error
}

// runPeers measures all of them, and writes the page.
func runPeers(ctx context.Context, o options, stdout, progress io.Writer) error {
	where := machine()
	dir, err := os.MkdirTemp(o.temp, "doozer-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p := &peers{bench: &bench{o, progress}, where: filesystemOf(dir)}
	defer p.stop()
	if err := p.start(ctx, dir); err != nil {
		return err
	}
	p.failed = p.measure(ctx)
	if ctx.Err() != nil {
		return errors.Join(p.failed, context.Cause(ctx))
	}
	return errors.Join(p.failed, o.publish(stdout, p.page(where)))
}

// measure measures what is wanted; what fails does not end the rest.
func (p *peers) measure(ctx context.Context) (failed error) {
	for _, step := range []struct {
		names []string
		run   func(context.Context) error
	}{
		{[]string{"set", "get"}, p.requests}, {[]string{"watch"}, p.watches}, {[]string{"kill"}, p.kill},
	} {
		if !p.only.wants(step.names...) {
			continue
		}
		if err := step.run(ctx); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", strings.Join(step.names, ", "), err))
		}
	}
	return failed
}

// start starts the echo and all clusters.
func (p *peers) start(ctx context.Context, dir string) (err error) {
	if p.yardstick, err = startEcho(ctx); err != nil {
		return err
	}
	p.echo = byEcho(p.bench, p.yardstick)
	if p.client, err = doozerRival(ctx, p.bench); err != nil {
		return err
	}
	p.doozer = byFrames(p.bench, p.client.on)
	if p.etcd, err = etcdRival(ctx, "etcd, no fsync", dir, true); err != nil {
		return err
	}
	if p.fsynced, err = etcdRival(ctx, "etcd", dir, false); err != nil {
		return err
	}
	if p.zookeeper, err = zookeeperRival(ctx, dir); err != nil {
		return err
	}
	p.say("started")
	return p.fill(ctx)
}

// fill has all clusters hold the files.
func (p *peers) fill(ctx context.Context) error {
	for _, r := range p.rivals() {
		if err := r.fill(ctx); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}

func (p *peers) stop() {
	if p.yardstick != nil {
		p.yardstick.stop()
	}
	for _, r := range p.rivals() {
		r.stop()
	}
}

// rivals are those that there are.
func (p *peers) rivals() (all []*rival) {
	for _, r := range []*rival{p.client, p.etcd, p.fsynced, p.zookeeper} {
		if r != nil {
			all = append(all, r)
		}
	}
	return all
}

// contenders are all, in the order of the page.
func (p *peers) contenders() []*contender {
	all := []*contender{p.echo, p.doozer}
	for _, r := range p.rivals() {
		all = append(all, &r.contender)
	}
	return all
}

// requests finds out how each is used best, and takes round after round of all in turn.
func (p *peers) requests(ctx context.Context) error {
	for _, r := range p.rivals() {
		if err := r.ready(ctx, p.bench); err != nil {
			return err
		}
		p.say("%s: %s", r.name, r.note)
	}
	for r := range p.rounds {
		for l := range peerLevels {
			if err := p.level(ctx, l, r); err != nil {
				return err
			}
		}
		p.say("round %d of %d", r+1, p.rounds)
	}
	return nil
}

func (p *peers) level(ctx context.Context, level, round int) error {
	times := 1
	if level == peerLone {
		times = loneTimes
	}
	for t := range times {
		for _, c := range p.contenders() {
			if err := c.measure(ctx, level, round*times+t); err != nil {
				return err
			}
		}
	}
	return nil
}

// watching is many watchers of one system.
type watching struct {
	name   string
	watch  func(context.Context) (*fanout, func(), error)
	events []float64 // that they were told of in a second, a figure a round
}

func (p *peers) newWatchings() []*watching {
	all := []*watching{{name: p.doozer.name, watch: func(ctx context.Context) (*fanout, func(), error) {
		return watchAll(ctx, p.client.on)
	}}}
	for _, r := range p.rivals() {
		if r.watch != nil {
			all = append(all, &watching{name: r.name, watch: r.watch})
		}
	}
	return all
}

// watches has all tell many watchers of changes, a round the one and a round the other.
func (p *peers) watches(ctx context.Context) error {
	p.watchings = p.newWatchings()
	fans := make([]*fanout, len(p.watchings))
	for i, w := range p.watchings {
		f, stop, err := w.watch(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		defer stop()
		fans[i] = f
	}
	for range p.rounds {
		for i, w := range p.watchings {
			events, err := fans[i].run(ctx, p.round/warmShare, p.round)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			w.events = append(w.events, events)
		}
	}
	p.say("watches done")
	return nil
}

// kill kills the leader of each, in turn, and puts it in its place again.
func (p *peers) kill(ctx context.Context) error {
	for i := range peerKills {
		for _, r := range p.rivals() {
			if r.leader == nil {
				continue
			}
			if err := r.kill(ctx); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
		}
		p.say("kill %d of %d", i+1, peerKills)
	}
	return nil
}

func (r *rival) kill(ctx context.Context) error {
	victim, err := r.leader(ctx)
	if err != nil {
		return err
	}
	k, err := killOnce(ctx, r.on, victim, peerKillAfter, r.killLoad)
	if err != nil {
		return err
	}
	r.kills = append(r.kills, k)
	return r.again(ctx, victim)
}

// killLoad is a connection for each request.
func (r *rival) killLoad(ctx context.Context, on *server, k kind, length time.Duration, tr *trace) error {
	c, err := r.dial(ctx, on.addrs, killConns)
	if err != nil {
		return err
	}
	defer c.close()
	_, err = (&calls{
		clients: c, kind: k, on: on, outstanding: killConns, keys: benchKeys, time: length, trace: tr, patience: peerPatience,
	}).run(ctx)
	return err
}
