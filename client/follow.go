package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ha/doozer/proto"
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
		if tooLate(err) {
			m.client.link.cfg.Log.Info("a mirror begins anew", "glob", m.glob, "why", err)
			view, err = m.client.readAll(ctx, m.glob, round, passes)
		}
		if err != nil {
			m.end(m.explain(err))
			return
		}
		m.publish(view)
	}
}

// tooLate and passes report whether to read all files again is of use: because their revision
// was forgotten before all were there, and because it may be soon what it is not now.
func tooLate(err error) bool { return errors.Is(err, ErrTooLate) }
func passes(err error) bool {
	return tooLate(err) || errors.Is(err, ErrNoQuorum) || errors.Is(err, ErrReadonly)
}

// readAll reads the files that match a glob, all as of one revision. It does so again as
// long as that fails with an error that again says is worth it.
func (c *Client) readAll(ctx context.Context, glob string, round int, again func(error) bool) (view *View, err error) {
	for ; sleep(ctx, backoff(round, c.link.cfg.MaxBackoff)); round++ {
		if view, err = c.read(ctx, glob); !again(err) {
			return view, err
		}
	}
	if err == nil {
		return nil, ctx.Err()
	}
	return nil, fmt.Errorf("%w: %w", ctx.Err(), err)
}

func (c *Client) read(ctx context.Context, glob string) (*View, error) {
	rev, err := c.Rev(ctx)
	if err != nil || rev == 0 { // nothing was ever written
		return new(View), err
	}
	v := &View{rev: rev}
	cur := &listCursor{verb: proto.Request_WALK, path: glob, opts: []ReadOption{At(rev)}, home: true}
	_, err = c.bring(ctx, cur, func(r reply, _ error) bool {
		v.files = append(v.files, File{Path: r.path, Value: r.value, Rev: r.rev})
		return true
	})
	if err != nil {
		return nil, explain(cur.verb, glob, err)
	}
	return v, nil
}

// follow takes in changes as they come, in whole transactions. What the node has forgotten no
// other one is asked for: to read anew is sooner done, and moves nobody else of the client.
func (m *Mirror) follow(ctx context.Context) error {
	w, err := m.client.watch(ctx, &watchCursor{glob: m.glob, from: m.Rev() + 1, home: true})
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
