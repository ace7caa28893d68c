package main

import (
	"context"
	"time"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
)

// readWatch puts what a watch brings into a queue, as records, until it ends.
func readWatch(ctx context.Context, w *client.Watch, q *queue) error {
	var g grouper
	var events []client.Event
	for {
		clear(events) // their values may be large
		var err error
		if events, err = w.NextBatch(events[:0]); err != nil {
			return err
		}
		recs := g.group(events, time.Now())
		if len(recs) == 0 {
			continue
		}
		if err := q.put(ctx, recs); err != nil {
			return err
		}
	}
}

// grouper makes records of changes: those of one revision are one.
type grouper struct {
	recs    []*journal.Record
	partial *journal.Record // of a revision more changes of which are to come
}

// group returns the records that are whole, valid until the next call.
func (g *grouper) group(events []client.Event, heard time.Time) []*journal.Record {
	g.recs = g.recs[:0]
	for i := range events {
		ev := &events[i]
		if g.partial == nil {
			g.partial = &journal.Record{Rev: ev.Rev, Time: heard.UnixNano()}
		}
		g.partial.Changes = append(g.partial.Changes, &journal.Change{Path: ev.Path, Value: ev.Value, Del: ev.Del})
		if !ev.More {
			g.recs = append(g.recs, g.partial)
			g.partial = nil
		}
	}
	return g.recs
}
