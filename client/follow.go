package client

import (
	"context"
	"errors"
	"slices"
	"time"
)

// run follows the cluster until it may not any more.
func (m *Mirror) run(ctx context.Context) {
	defer close(m.done)
	defer m.stop()
	for round := 0; ; round++ {
		begun := time.Now()
		err := m.follow(ctx)
		if time.Since(begun) > stableAfter {
			round = 0
		}
		var view *View
		if errors.Is(err, ErrTooLate) {
			m.client.link.cfg.Log.Info("a mirror begins anew", "glob", m.glob, "why", err)
			view, err = m.client.begin(ctx, m.glob, round)
		}
		if err != nil {
			m.end(m.explain(err))
			return
		}
		m.publish(view)
	}
}

// begin reads the files that match a glob, all as of one revision. One that is forgotten
// before all are there is given up for a newer one.
func (c *Client) begin(ctx context.Context, glob string, round int) (*View, error) {
	for ; sleep(ctx, backoff(round, c.link.cfg.MaxBackoff)); round++ {
		view, err := c.read(ctx, glob)
		if !errors.Is(err, ErrTooLate) {
			return view, err
		}
	}
	return nil, ctx.Err()
}

func (c *Client) read(ctx context.Context, glob string) (*View, error) {
	rev, err := c.Rev(ctx)
	if err != nil || rev == 0 { // nothing was ever written
		return new(View), err
	}
	v := &View{rev: rev}
	for f, err := range c.Walk(ctx, glob, At(rev)) {
		if err != nil {
			return nil, err
		}
		v.files = append(v.files, f)
	}
	return v, nil
}

// follow takes in changes as they come, in whole transactions.
func (m *Mirror) follow(ctx context.Context) error {
	w, err := m.client.Watch(ctx, m.glob, m.Rev()+1)
	if err != nil {
		return err
	}
	defer w.Close()
	var batch []Event
	for {
		if batch, err = w.NextBatch(batch); err != nil {
			return err
		}
		if n := whole(batch); n > 0 {
			m.publish(m.View().with(batch[:n]))
			batch = slices.Delete(batch, 0, n)
		}
	}
}

// whole is how many of changes make whole transactions.
func whole(changes []Event) int {
	n := len(changes)
	for n > 0 && changes[n-1].More {
		n--
	}
	return n
}
