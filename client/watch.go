package client

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/ha/doozer/proto"
)

// Event is a change to a file.
type Event struct {
	Path  string
	Value []byte // of a file that was set
	Rev   int64  // of the change
	Del   bool   // the file was deleted; else it was set
	More  bool   // further changes of the same revision follow
}

func newEvent(r *reply) Event {
	return Event{
		Path:  r.path,
		Value: r.value,
		Rev:   r.rev,
		Del:   r.has(proto.Response_DEL_EVENT),
		More:  r.has(proto.Response_MORE),
	}
}

// A Watch brings every change to the files that match a glob, in order. Its
// reader may take its time: what the client cannot hold the node is asked for
// again, out of its history.
type Watch struct {
	glob   string
	stream *stream
}

// Watch begins to watch the files that match glob, from revision rev on: 0
// stands for now, and then no change is missed that anyone makes after Watch
// returned; a revision in the past brings what happened since, one in the
// future begins there. The watch ends with ctx, with Close, or with the
// client; one of the first two it needs.
//
// It outlives connections: on the next one it goes on after the last change
// that it brought, and a node that is behind that brings what follows once it
// has caught up. That it brought all up to a revision, though there was
// nothing for it, it learns from the node every Config.Keepalive, and goes on from there.
// Nodes keep a history of limited length, though, that of one which joined from then on only. When neither
// the node nor two others have all that follows the watch ends with
// ErrTooLate; so does one whose reader falls behind the history: nobody can tell then whether something was missed. The way out is
// to look at what there is, and to watch what follows: Rev, Walk At that
// revision, Watch from the next one (see the example). Mirror does just that by
// itself.
//
// Whether the node accepts glob and rev the first Next tells.
func (c *Client) Watch(ctx context.Context, glob string, rev int64) (*Watch, error) {
	if rev == 0 {
		now, err := c.Rev(ctx)
		if err != nil {
			return nil, explain(proto.Request_WATCH, glob, err)
		}
		rev = now + 1
	}
	return c.watch(ctx, &watchCursor{glob: glob, from: rev})
}

func (c *Client) watch(ctx context.Context, cur *watchCursor) (*Watch, error) {
	glob := cur.glob
	s, err := c.newStream(ctx, cur)
	if err != nil {
		return nil, explain(proto.Request_WATCH, glob, err)
	}
	return &Watch{glob: glob, stream: s}, nil
}

// Next waits for the next change. Its errors are final: the context's,
// ErrClosed, ErrLost of a pinned client, ErrUnreachable if Config.GiveUp says
// so, io.EOF when the node ended it, or the node's, of which ErrTooLate says
// that changes may have been missed. It may be called by one goroutine at a
// time.
func (w *Watch) Next() (Event, error) {
	r, err := w.stream.next()
	if err != nil {
		return Event{}, w.explain(err)
	}
	return newEvent(&r), nil
}

// All brings the changes to a loop. It ends, as the watch does, after the first
// error, which is one of those of Next. A loop that breaks off leaves the watch
// open: another one goes on after the last change that it was given.
//
//	for ev, err := range w.All() {
//		if err != nil {
//			return err
//		}
//		...
//	}
func (w *Watch) All() iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for {
			ev, err := w.Next()
			if !yield(ev, err) || err != nil {
				return
			}
		}
	}
}

// NextBatch is Next for those who follow many changes: it waits for the next
// one, and appends to buf all that are there, 1,024 at most. They may be mixed.
// With an error buf is returned as it was.
func (w *Watch) NextBatch(buf []Event) ([]Event, error) {
	err := w.stream.await(func() {
		for range len(w.stream.queue) - w.stream.head {
			r := w.stream.pop()
			buf = append(buf, newEvent(&r))
		}
	})
	if err != nil {
		return buf, w.explain(err)
	}
	return buf, nil
}

// explain says what ended, and for ErrTooLate what to do about it.
func (w *Watch) explain(err error) error {
	if errors.Is(err, ErrTooLate) {
		err = fmt.Errorf("%w; changes may have been missed: walk at the present revision, and watch from the next", err)
	}
	return explain(proto.Request_WATCH, w.glob, err)
}

// Pending reports whether Next would return at once, so that a program may
// write out what it has gathered before it waits.
func (w *Watch) Pending() bool { return w.stream.pending() }

// Close ends the watch; Next returns ErrClosed.
func (w *Watch) Close() { w.stream.close() }

// watchCursor goes along by revisions.
type watchCursor struct {
	glob string
	home bool  // it is not worth a change of node
	from int64 // the revision to ask for next
	seen int   // changes seen of revision from, of which more may follow
	skip int   // of those, how many a repeated request brings again
}

func (w *watchCursor) ask(q *request) {
	q.begin(proto.Request_WATCH)
	q.setPath(w.glob)
	q.setRev(w.from)
	w.skip = w.seen
}

func (w *watchCursor) see(r *reply) bool {
	if r.rev < w.from {
		return false
	}
	if r.rev != w.from {
		w.skip = 0
	}
	if w.skip > 0 {
		w.skip--
		return false
	}
	if !r.has(proto.Response_MORE) {
		w.from, w.seen = r.rev+1, 0
		return true
	}
	if r.rev != w.from {
		w.from, w.seen = r.rev, 0
	}
	w.seen++
	return true
}

// pass notes that nothing more comes of the revisions up to rev.
func (w *watchCursor) pass(rev int64) {
	if w.seen == 0 && w.from > 0 {
		w.from = max(w.from, rev+1)
	}
}

// retry: nodes keep history from their own start on, so another one may have more.
func (w *watchCursor) retry() bool { return w.from > 0 && !w.home }

// costly: the node goes on at a revision of its history.
func (w *watchCursor) costly() bool { return false }
