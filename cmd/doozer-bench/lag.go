package main

import (
	"context"
	"time"

	"github.com/ha/doozer/client"
)

// lagEvery is the time between two looks at how far the tool is behind.
const lagEvery = 20 * time.Millisecond

// mark is a revision that the cluster had at a time, or a moment later.
type mark struct {
	rev int64
	at  time.Time
}

// lag is how far what is durable was behind the cluster, at most.
type lag struct {
	revs int64
	time time.Duration

	latest int64  // the cluster's revision
	marks  []mark // that were not durable when last looked at
}

// cluster notes the cluster's revision.
func (l *lag) cluster(m mark) {
	l.latest = m.rev
	l.marks = append(l.marks, m)
}

// durable notes that all up to rev was durable at a time.
func (l *lag) durable(rev int64, at time.Time) {
	l.revs = max(l.revs, l.latest-rev)
	for len(l.marks) > 0 {
		l.took(at.Sub(l.marks[0].at)) // so long at least
		if l.marks[0].rev > rev {
			return
		}
		l.marks = l.marks[1:]
	}
}

func (l *lag) took(d time.Duration) { l.time = max(l.time, d) }

// follow looks at the cluster and the tool again and again, until ctx ends.
func (l *lag) follow(ctx context.Context, c *client.Client, t *tool) error {
	tick := time.NewTicker(lagEvery)
	defer tick.Stop()
	for {
		err := l.look(ctx, c, t)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (l *lag) look(ctx context.Context, c *client.Client, t *tool) error {
	asked := time.Now()
	rev, err := c.Rev(ctx)
	if err != nil {
		return err
	}
	l.cluster(mark{rev, asked})
	h, err := t.health(ctx)
	if err != nil {
		return err
	}
	l.durable(h.Durable, time.Now())
	return nil
}
