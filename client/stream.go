package client

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"

	"github.com/ha/doozer/proto"
)

// What a stream holds for a reader that is slow; one answer more may come on
// top.
const (
	maxQueue      = 1024    // answers
	maxQueueBytes = 1 << 20 // bytes of values
)

// cursor knows how far a stream has come.
type cursor interface {
	// ask makes q ask for what follows all that was seen.
	ask(q *request)
	// see notes an answer, and reports whether it is new.
	see(r *reply) bool
	// retry reports whether another node may have what one keeps no more.
	retry() bool
	// costly reports whether the node has to go through all that was seen, and
	// needs to keep the past, to go on when it is asked again.
	costly() bool
}

// stream is a request with many answers, in order. A reader that does not
// keep up holds up nobody else on the connection: when its queue is full the
// request is cancelled, and asked again from where it was when the queue is
// empty; if that is costly, once, on a connection of its own (see apart). It is
// asked again, too, on the next connection when its own is lost. So no answer is
// lost or comes twice, and the queue stays bounded.
type stream struct {
	ctx   context.Context
	life  context.Context // ends with ctx, or when the stream is closed
	end   context.CancelFunc
	link  *link
	leave func() bool   // ends the wait for the end of ctx
	ready chan struct{} // cap 1: something changed for next

	req request // the latest; start's alone

	mu       sync.Mutex
	empty    sync.Cond // waits until the queue is, or nothing more is to come by own
	own      *conn     // not shared with others; nil: there is none
	behind   bool      // the reader was slower than the node
	cur      cursor
	feed     *feed // the latest request
	paused   bool  // no request is open
	refused  error // why the node of the latest request will not go on, where another one might
	refusals int   // in a row
	queue    []reply
	head     int   // of queue
	bytes    int   // of the values in queue[head:]
	err      error // why no more will come; io.EOF after the last
}

// feed is one request of a stream. What comes of one that was replaced does not count.
type feed struct {
	*stream
	conn *conn
	tag  int32
}

// newStream opens a stream that ends with ctx.
func (c *Client) newStream(ctx context.Context, cur cursor) (*stream, error) {
	s := &stream{ctx: ctx, link: c.link, cur: cur, paused: true, ready: make(chan struct{}, 1)}
	s.empty.L = &s.mu
	s.life, s.end = context.WithCancel(ctx)
	if err := s.start(); err != nil {
		s.end()
		return nil, err
	}
	s.leave = context.AfterFunc(ctx, func() { s.stop(ctx.Err()) })
	return s, nil
}

// start sends the request, anew if the stream was paused, once there is a node
// to send it to. Only next and newStream call it, so it does not run beside
// itself.
func (s *stream) start() error {
	cn := s.link.cur.Load()
	if refused := s.refusal(); refused != nil {
		var err error
		if cn, err = s.link.history(s.life, s.feed.conn, s.req.rev); err != nil {
			return err
		}
		if cn == nil {
			return refused
		}
	}
	if own := s.apart(cn); own != nil {
		cn = own
	}
	for {
		err := s.open(cn)
		if !errors.Is(err, ErrLost) {
			return err
		}
		if cn, err = s.link.after(s.life, cn); err != nil {
			return err
		}
	}
}

// refusal takes the reason why the latest request was refused.
func (s *stream) refusal() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.refused
	s.refused = nil
	return err
}

// open sends the request on a connection.
func (s *stream) open(cn *conn) error {
	f := &feed{stream: s, conn: cn}
	s.mu.Lock()
	s.cur.ask(&s.req)
	s.feed = f
	s.paused = false
	s.mu.Unlock()
	tag, err := cn.send(s.life, &s.req, f, true)
	if err != nil {
		return err
	}
	s.mu.Lock()
	f.tag = tag
	ended := s.err != nil
	s.mu.Unlock()
	if ended {
		cn.cancel(tag, f) // it may have been stopped before there was a tag
	}
	return nil
}

// next waits for the next answer. At the end of the stream the error is
// io.EOF.
func (s *stream) next() (r reply, err error) {
	err = s.await(func() { r = s.pop() })
	return r, err
}

// await waits until there are answers, and calls take, with mu held, for one or
// more of them. An error says why no more will come.
func (s *stream) await(take func()) error {
	for {
		took, paused, err := s.look(take)
		switch {
		case took || err != nil:
			return err
		case paused:
			if err := s.start(); err != nil {
				s.halt(err)
			}
		default:
			select {
			case <-s.ready:
			case <-s.ctx.Done():
				return s.ctx.Err()
			}
		}
	}
}

// look calls take if there are answers. Otherwise it says how things are.
func (s *stream) look(take func()) (took, paused bool, err error) {
	if err := s.ctx.Err(); err != nil {
		return false, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.head == len(s.queue) {
		return false, s.paused, s.err
	}
	take()
	return true, false, nil
}

// pop takes the first answer of the queue, of which there is one. mu is held.
func (s *stream) pop() (r reply) {
	r, s.queue[s.head] = s.queue[s.head], reply{}
	s.head++
	s.bytes -= len(r.value)
	if s.head == len(s.queue) {
		s.queue, s.head = s.queue[:0], 0
		s.empty.Broadcast()
	}
	return r
}

// pending reports whether next would not wait.
func (s *stream) pending() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.head < len(s.queue) || s.err != nil
}

// take implements sink.
func (f *feed) take(r reply) {
	s := f.stream
	s.mu.Lock()
	if f != s.feed {
		s.mu.Unlock()
		return
	}
	switch {
	case s.err != nil: // nobody reads any more
	case r.err != nil:
		s.interrupt(r.err)
	default:
		s.push(r)
	}
	full, own := s.full(), f.conn == s.own
	s.mu.Unlock()
	s.signal()
	switch {
	case full && own:
		f.hold()
	case full:
		runtime.Gosched() // to a reader that would keep up, but for want of a processor
		f.pause(r.tag)
	}
}

// full reports whether the queue takes no more. mu is held.
func (s *stream) full() bool {
	return s.err == nil && !s.paused && (len(s.queue)-s.head >= maxQueue || s.bytes >= maxQueueBytes)
}

// pause gives the request up if the queue is full still.
func (f *feed) pause(tag int32) {
	f.mu.Lock()
	full := f == f.stream.feed && f.full()
	f.paused, f.behind = f.paused || full, f.behind || full
	f.mu.Unlock()
	if full {
		f.conn.cancel(tag, f)
		f.signal()
	}
}

// interrupt ends the latest request: for good, or until it is asked again. mu
// is held.
func (s *stream) interrupt(err error) {
	switch {
	case s.link.cfg.Pinned:
		s.fail(err)
	case errors.Is(err, ErrLost):
		s.paused = true
	case errors.Is(err, ErrTooLate) && s.refusals < maxRefusals-1 && s.cur.retry():
		s.paused, s.refused = true, err
		s.refusals++
	default:
		s.fail(err)
	}
}

// push notes an answer. mu is held.
func (s *stream) push(r reply) {
	s.refusals = 0
	if r.has(proto.Response_VALID) && s.cur.see(&r) {
		if s.head >= maxQueue {
			s.compact()
		}
		s.queue = append(s.queue, r)
		s.bytes += len(r.value)
	}
	if r.has(proto.Response_DONE) {
		s.fail(io.EOF)
	}
}

// compact gives the room of what was taken out of the queue back to it: a reader
// that keeps up may never empty it. mu is held.
func (s *stream) compact() {
	n := copy(s.queue, s.queue[s.head:])
	clear(s.queue[n:])
	s.queue, s.head = s.queue[:n], 0
}

// fail sets the reason for the end; the first stands. mu is held.
func (s *stream) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// halt ends the stream after what is queued.
func (s *stream) halt(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail(err)
}

// stop ends the stream, whoever waits in next included.
func (s *stream) stop(err error) {
	s.mu.Lock()
	s.fail(err)
	s.queue, s.head, s.bytes = nil, 0, 0
	f, tag := s.feed, s.feed.tag
	s.mu.Unlock()
	f.conn.cancel(tag, f)
	s.end()
	s.signal()
}

func (s *stream) signal() {
	s.empty.Broadcast()
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

// close ends the stream for a reader that wants no more.
func (s *stream) close() {
	s.leave()
	s.stop(ErrClosed)
}
