package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ha/doozer/client"
)

// followShare: a round with or without the tool takes as many times as long as those of others: the
// cluster's history, which the tool must not fall behind, reaches back some seconds.
const followShare = 10

// follows compares SETs to three nodes without and with doozer-backup following.
type follows struct {
	options options
	level   level
	nodes   *server
	client  *client.Client

	alone, beside []sample // a sample a round
	how           []follow // how the tool did in those rounds
}

// measureFollows starts three nodes, and puts SETs on them, a round without the tool and a round with it.
func measureFollows(ctx context.Context, b *bench) (*follows, error) {
	nodes, err := startFilled(ctx, b.doozerd, 3, benchDir, benchKeys)
	if err != nil {
		return nil, err
	}
	defer nodes.stop()
	c, err := dial(ctx, nodes.addrs[0])
	if err != nil {
		return nil, err
	}
	defer c.Close()
	f := &follows{options: b.options, level: levels[goalLevel], nodes: nodes, client: c}
	for r := range b.rounds {
		if err := f.round(ctx, r); err != nil {
			return nil, err
		}
		b.say("backup: round %d of %d", r+1, b.rounds)
	}
	return f, nil
}

// round takes a round without the tool, and then one with it.
func (f *follows) round(ctx context.Context, r int) error {
	alone, err := f.load(ctx, 2*r)
	if err != nil {
		return err
	}
	beside, how, err := f.follow(ctx, 2*r+1)
	if err != nil {
		return err
	}
	f.alone, f.beside, f.how = append(f.alone, alone), append(f.beside, beside), append(f.how, how)
	return nil
}

// length is how long a round counts.
func (f *follows) length() time.Duration { return followShare * f.options.round }

func (f *follows) load(ctx context.Context, offset int) (sample, error) {
	t, err := newTemplate(kindSet, benchDir)
	if err != nil {
		return sample{}, err
	}
	l := load{
		template: t, on: f.nodes, outstanding: f.level.outstanding, conns: f.level.conns,
		keys: benchKeys, offset: offset, warm: f.options.round / warmShare, time: f.length(),
	}
	return l.run(ctx)
}

// follow takes a round with the tool, which begins a folder of its own.
func (f *follows) follow(ctx context.Context, offset int) (got sample, how follow, err error) {
	dir, err := os.MkdirTemp(".", tempFolder)
	if err != nil {
		return got, how, err
	}
	defer os.RemoveAll(dir)
	dir = filepath.Join(dir, "journal")
	t, err := startTool(ctx, f.options.backup, dir, f.nodes.addrs[offset%len(f.nodes.addrs)])
	if err != nil {
		return got, how, err
	}
	defer t.proc.stop()
	if _, err := t.awaitDurable(ctx, 1); err != nil {
		return got, how, err
	}
	got, err = watched(ctx, f.client, t, &how.lag, func() (sample, error) { return f.load(ctx, offset) })
	if err != nil {
		return got, how, err
	}
	if err := how.finish(ctx, f.client, t, dir); err != nil {
		return got, how, err
	}
	if least := int(got.rate * f.length().Seconds()); how.changes < least {
		err = fmt.Errorf("%d SETs were answered, and %d changes are in the journal", least, how.changes)
	}
	return got, how, err
}

// behind is for how long, at most, what the cluster had was not durable.
func (f *follows) behind() (longest time.Duration) {
	for _, h := range f.how {
		longest = max(longest, h.lag.time)
	}
	return longest
}

// middle is the median over the rounds of what value takes from how the tool did.
func (f *follows) middle(value func(follow) float64) float64 {
	values := make([]float64, len(f.how))
	for i, h := range f.how {
		values[i] = value(h)
	}
	return median(values)
}
