package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// serve plays a node with a history and a list of files until the client
// goes: it answers all at once whatever is asked of it, and every burst after
// which it looks for a CANCEL is as long as burst says. asked gets each
// request for a stream.
func (p *peer) serve(history []Event, files []File, burst func() int, asked chan<- *proto.Request) {
	defer close(asked)
	requests := make(chan *proto.Request)
	go func() {
		defer close(requests)
		for q := p.recv(); q != nil; q = p.recv() {
			requests <- q
		}
	}()
	var out []*proto.Response // of the one open stream
	for {
		var q *proto.Request
		select {
		case q = <-requests:
			if q == nil {
				return
			}
		default:
			if len(out) > 0 {
				n := min(len(out), burst())
				p.send(out[:n]...)
				out = out[n:]
				continue
			}
			if q = <-requests; q == nil {
				return
			}
		}
		switch q.GetVerb() {
		case proto.Request_CANCEL:
			out = nil
			p.send(answer(q, 3))
		case proto.Request_WATCH:
			asked <- q
			out = changes(q, history)
		case proto.Request_WALK:
			asked <- q
			out = listing(q, files)
		case proto.Request_REV:
			r := answer(q, 3)
			r.Rev = ptr[int64](99)
			p.send(r)
		}
	}
}

func changes(q *proto.Request, history []Event) (out []*proto.Response) {
	for _, ev := range history {
		if ev.Rev >= q.GetRev() {
			flags := int32(5)
			if ev.More {
				flags |= 16
			}
			out = append(out, event(q, flags, ev.Path, string(ev.Value), ev.Rev))
		}
	}
	return out
}

func listing(q *proto.Request, files []File) (out []*proto.Response) {
	for _, f := range files[q.GetOffset():] {
		out = append(out, event(q, 5, f.Path, string(f.Value), f.Rev))
	}
	return append(out, answer(q, 2))
}

// transactions makes n changes at revisions from 1 on, often many at one.
func transactions(rnd *rand.Rand, n int) (history []Event) {
	rev := int64(1)
	for len(history) < n {
		size := 1
		if rnd.IntN(2) == 0 {
			size = 1 + rnd.IntN(700)
		}
		for i := range size {
			history = append(history, Event{
				Path: fmt.Sprintf("/%d/%d", rev, i), Value: []byte("v"), Rev: rev, More: i < size-1,
			})
		}
		rev += 1 + rnd.Int64N(3)
	}
	return history
}

// A reader that is slower than the node sees every change once and in order,
// transactions in one piece, though its queue overflows time and again; whether
// it takes changes one by one, or all that are there, or now so and now so.
func TestWatchLosesNothing(t *testing.T) {
	for name, takes := range map[string]func(w *Watch, buf []Event) ([]Event, error){
		"one by one": single,
		"batches":    (*Watch).NextBatch,
		"either": func(w *Watch, buf []Event) ([]Event, error) {
			if len(buf)%2 == 0 {
				return single(w, buf)
			}
			return w.NextBatch(buf)
		},
	} {
		t.Run(name, func(t *testing.T) { losesNothing(t, takes) })
	}
}

// single is Next in the form of NextBatch.
func single(w *Watch, buf []Event) ([]Event, error) {
	ev, err := w.Next()
	if err != nil {
		return buf, err
	}
	return append(buf, ev), nil
}

func losesNothing(t *testing.T, take func(w *Watch, buf []Event) ([]Event, error)) {
	rnd := rand.New(rand.NewPCG(1, 2))
	history := transactions(rnd, 20*maxQueue)
	c, p := pipe(t)
	asked := make(chan *proto.Request, len(history))
	go p.serve(history, nil, func() int { return 1 + rnd.IntN(300) }, asked)
	ctx := soon(t)
	w, err := c.Watch(ctx, "/**", 1)
	assert.Equal(t, nil, err)
	var got []Event
	for overflow := 0; len(got) < len(history); {
		if len(got) >= overflow {
			for !full(w.stream) && ctx.Err() == nil {
				runtime.Gosched() // let it overflow
			}
			overflow += 3 * maxQueue
		}
		before := len(got)
		got, err = take(w, got)
		assert.Equal(t, nil, err)
		assert.T(t, len(got) > before && len(got)-before <= maxQueue, len(got)-before)
	}
	for i, exp := range history {
		if ev := got[i]; ev.Path != exp.Path || ev.Rev != exp.Rev || ev.More != exp.More {
			t.Fatalf("change %d: got %v, want %v", i, ev, exp)
		}
	}
	w.Close()
	left, err := take(w, got)
	assert.T(t, errors.Is(err, ErrClosed), err)
	assert.Equal(t, len(got), len(left))
	c.Close()
	requests := 0
	for q := range asked {
		assert.Equal(t, "/**", q.GetPath())
		requests++
	}
	assert.T(t, requests > 5, requests)
}

// A reader that would keep up, but for want of a processor, costs no new request
// whenever its queue is full.
func TestReaderWithoutProcessor(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	history := transactions(rand.New(rand.NewPCG(1, 2)), 100*maxQueue)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	defer l.Close()
	ours, err := net.Dial("tcp", l.Addr().String()) // a pipe lets others run with each read
	assert.Equal(t, nil, err)
	theirs, err := l.Accept()
	assert.Equal(t, nil, err)
	defer theirs.Close()
	c, p := pinned(ours), &peer{t: t, nc: theirs}
	asked := make(chan *proto.Request, len(history))
	go p.serve(history, nil, func() int { return 4 * maxQueue }, asked)
	w, err := c.Watch(soon(t), "/**", 1)
	assert.Equal(t, nil, err)
	for range history {
		_, err := w.Next()
		assert.Equal(t, nil, err)
	}
	_, err = c.Rev(soon(t)) // all else is answered then
	assert.Equal(t, nil, err)
	c.Close()
	requests := 0
	for range asked {
		requests++
	}
	assert.T(t, requests < 25, requests) // it was some 100
}

// A reader that keeps up, but never has the queue empty, does not make it grow.
func TestQueueNeverEmpty(t *testing.T) {
	c, p := pipe(t)
	go func() {
		for p.recv() != nil {
		}
	}()
	for _, held := range []int64{1, maxQueue / 2, maxQueue - 1} {
		w, err := c.Watch(soon(t), "/a", 1)
		assert.Equal(t, nil, err)
		s := w.stream
		for rev := int64(1); rev <= 20*maxQueue; rev++ {
			s.feed.take(reply{tag: s.feed.tag, flags: 5, rev: rev})
			if rev > held {
				ev, err := w.Next()
				assert.Equal(t, nil, err)
				assert.Equal(t, rev-held, ev.Rev)
			}
		}
		assert.T(t, cap(s.queue) <= 4*maxQueue, cap(s.queue))
		w.Close()
	}
}

// full reports whether s is paused, or has nothing more to expect.
func full(s *stream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.queue) - s.head; n > maxQueue || s.bytes > maxQueueBytes+proto.MaxValue {
		panic("the queue has no bound")
	}
	return s.paused || s.err != nil
}

func TestWalkLosesNothing(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var files []File
	for i := range 500 {
		files = append(files, File{fmt.Sprintf("/%04d", i), []byte(strings.Repeat("x", 20_000)), int64(i)})
	}
	c, p := pipe(t)
	asked := make(chan *proto.Request, len(files))
	go p.serve(nil, files, func() int { return 1 + rnd.IntN(100) }, asked)
	i := 0
	for f, err := range c.Walk(soon(t), "/*", Local()) {
		assert.Equal(t, nil, err)
		assert.Equal(t, files[i].Path, f.Path)
		assert.Equal(t, files[i].Rev, f.Rev)
		assert.Equal(t, len(files[i].Value), len(f.Value))
		i++
	}
	assert.Equal(t, len(files), i)
	c.Close()
	for q := range asked {
		assert.Equal(t, int64(99), q.GetRev())
		assert.T(t, q.GetLocal())
		assert.T(t, q.Limit != nil && *q.Limit == 0) // else it would be answered with one entry
	}
}

func TestGetdir(t *testing.T) {
	c, p := pipe(t)
	go func() {
		q := p.expect(proto.Request_GETDIR)
		a, b := answer(q, 1), answer(q, 1)
		a.Path, b.Path = ptr("a"), ptr("b")
		p.send(a, b, answer(q, 2))
		p.send(refusal(p.expect(proto.Request_GETDIR), proto.Response_NOENT, ""))
	}()
	var names []string
	for name, err := range c.Getdir(soon(t), "/d", At(3)) {
		assert.Equal(t, nil, err)
		names = append(names, name)
	}
	assert.Equal(t, []string{"a", "b"}, names)
	var errs []error
	for _, err := range c.Getdir(soon(t), "/e", At(3)) {
		errs = append(errs, err)
	}
	assert.Equal(t, 1, len(errs))
	assert.T(t, errors.Is(errs[0], ErrNoEnt), errs)
}

func TestWatchEndsWithContext(t *testing.T) {
	c, p := pipe(t)
	ctx, cancel := context.WithCancel(soon(t))
	failed := make(chan error, 1)
	w, err := c.Watch(ctx, "/a", 5)
	assert.Equal(t, nil, err)
	q := p.expect(proto.Request_WATCH)
	assert.Equal(t, int64(5), q.GetRev())
	p.send(event(q, 9, "/a", "", 6))
	ev, err := w.Next()
	assert.Equal(t, nil, err)
	assert.Equal(t, Event{Path: "/a", Value: []byte{}, Rev: 6, Del: true}, ev)
	go func() {
		_, err := w.Next()
		failed <- err
	}()
	cancel()
	assert.T(t, errors.Is(<-failed, context.Canceled))
	assert.Equal(t, q.GetTag(), p.expect(proto.Request_CANCEL).GetOtherTag())
}

// "From now" is after all that anyone was told is written, whatever the node
// has seen of it.
func TestWatchFromNow(t *testing.T) {
	c, p := pipe(t)
	go func() {
		r := answer(p.expect(proto.Request_REV), 3)
		r.Rev = ptr[int64](41)
		p.send(r)
		q := p.expect(proto.Request_WATCH)
		p.send(event(q, 5, "/a", "", q.GetRev()), refusal(q, proto.Response_TOO_LATE, ""))
	}()
	w, err := c.Watch(soon(t), "/a", 0)
	assert.Equal(t, nil, err)
	ev, err := w.Next()
	assert.Equal(t, nil, err)
	assert.Equal(t, int64(42), ev.Rev)
	_, err = w.Next()
	assert.T(t, errors.Is(err, ErrTooLate), err)
	_, err = w.Next()
	assert.T(t, errors.Is(err, ErrTooLate), err)
}

// What still comes of a request that was replaced does not count: the
// one in its place brings it.
func TestReplacedRequestIsIgnored(t *testing.T) {
	c, p := pipe(t)
	go func() {
		for p.recv() != nil {
		}
	}()
	w, err := c.Watch(soon(t), "/a", 5)
	assert.Equal(t, nil, err)
	s := w.stream
	old := s.feed
	assert.Equal(t, nil, s.open(c.link.cur.Load()))
	old.take(reply{flags: 5, rev: 5, path: "/old"})
	old.take(reply{err: ErrLost})
	s.feed.take(reply{flags: 5, rev: 5, path: "/new"})
	s.feed.take(reply{flags: 5, rev: 5, path: "/again"})
	s.feed.take(reply{err: ErrTooLate})
	ev, err := w.Next()
	assert.Equal(t, nil, err)
	assert.Equal(t, "/new", ev.Path)
	_, err = w.Next()
	assert.T(t, errors.Is(err, ErrTooLate), err)
}
