package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
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
