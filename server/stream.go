package server

import (
	"context"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// eventsAtOnce is how many changes a watch takes from the store in one go.
const eventsAtOnce = 256

// stream serves a request that may last forever in a goroutine of its own. The
// goroutine ends the request; its context ends with the connection and when
// the request is cancelled.
func (c *conn) stream(i int32, serve func(ctx context.Context)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return context.Canceled // nobody will hear of it
	}
	if c.streams >= c.cfg.MaxStreams {
		return errTooManyStreams()
	}
	ctx, stop := context.WithCancel(c.ctx)
	c.slots.all[i].stop = stop
	c.streams++
	c.running.Go(func() {
		serve(ctx)
		stop()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.streams--
	})
	return nil
}

// awaitRev answers a read of a revision that lies in the future.
func (c *conn) awaitRev(rd *read, rev int64) error {
	return c.stream(rd.slot, func(ctx context.Context) {
		v, err := c.viewAt(ctx, rev)
		switch {
		case ctx.Err() != nil:
			c.give(rd.slot)
		case err != nil:
			c.settle(rd.slot, failed(err))
		default:
			c.answerSlowly(v, rd)
		}
	})
}

func (c *conn) viewAt(ctx context.Context, rev int64) (store.View, error) {
	if err := c.cfg.Store.Await(ctx, rev); err != nil {
		return store.View{}, err
	}
	return c.cfg.Store.At(rev)
}

// watch begins before it returns: a write that follows it is seen.
func (c *conn) watch(i int32) error {
	return c.follow(i, c.call.Rev, func(ctx context.Context, w *store.Watch) {
		c.sendChanges(ctx, i, w)
	})
}

func (c *conn) wait(i int32) error {
	if !c.call.All(proto.HasPath) {
		return missing("path")
	}
	if !c.call.All(proto.HasRev) {
		return missing("rev")
	}
	return c.follow(i, max(c.call.Rev, 1), func(ctx context.Context, w *store.Watch) {
		c.sendChange(ctx, i, w)
	})
}

// follow serves a stream from a watch of the call's glob.
func (c *conn) follow(i int32, from int64, serve func(context.Context, *store.Watch)) error {
	g, err := store.CompileGlob(string(c.call.Path))
	if err != nil {
		return err
	}
	w, err := c.cfg.Store.Watch(g, from)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.slots.all[i].watch = w
	c.mu.Unlock()
	err = c.stream(i, func(ctx context.Context) {
		defer w.Close()
		serve(ctx, w)
	})
	if err != nil {
		w.Close()
	}
	return err
}

// sendChanges answers a WATCH: every change, in order, until it is cancelled or
// falls behind the history. While the client does not read, changes wait in
// the history alone.
func (c *conn) sendChanges(ctx context.Context, i int32, w *store.Watch) {
	var events []store.Event
	for {
		var err error
		if events, err = next(ctx, w, events, eventsAtOnce); err != nil {
			c.endStream(ctx, i, err)
			return
		}
		for k := range events {
			r := change(&events[k])
			r.flags |= valid
			if events[k].More {
				r.flags |= more
			}
			if !c.tell(i, &r) {
				c.give(i)
				return
			}
		}
		c.pc.Flush()
	}
}

// sendChange answers a WAIT: the first change.
func (c *conn) sendChange(ctx context.Context, i int32, w *store.Watch) {
	events, err := next(ctx, w, nil, 1)
	if err != nil {
		c.endStream(ctx, i, err)
		return
	}
	r := change(&events[0])
	c.settle(i, &r)
}

// endStream ends a stream in silence if it was cancelled, and else with err.
func (c *conn) endStream(ctx context.Context, i int32, err error) {
	if ctx.Err() != nil {
		c.give(i)
	} else {
		c.settle(i, failed(err))
	}
}

// next waits for changes, and takes up to max of them, in buf's memory.
func next(ctx context.Context, w *store.Watch, buf []store.Event, max int) ([]store.Event, error) {
	clear(buf) // their values may be large
	for {
		events, err := w.Next(buf[:0], max)
		if err != nil || len(events) > 0 {
			return events, err
		}
		select {
		case <-w.Ready():
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// change is an event as WAIT answers it.
func change(e *store.Event) reply {
	if e.Del {
		return reply{flags: isDel, path: e.Path, rev: e.Seqn, hasRev: true}
	}
	return reply{flags: isSet, path: e.Path, value: body(e.Value), rev: e.Seqn, hasRev: true}
}
