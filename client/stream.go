package client

import (
	"context"
	"io"
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
}

// stream is a request with many answers, in order. A reader that does not
// keep up holds up nobody else on the connection: when its queue is full the
// request is cancelled, and asked again from where it was when the queue is
// empty. So no answer is lost and the queue stays bounded.
type stream struct {
	ctx   context.Context
	conn  *conn
	leave func() bool   // ends the wait for the end of ctx
	ready chan struct{} // cap 1: something changed for next

	req request // the latest; start's alone

	mu     sync.Mutex
	cur    cursor
	tag    int32 // of the latest request
	paused bool  // no request is open
	queue  []reply
	head   int   // of queue
	bytes  int   // of the values in queue[head:]
	err    error // why no more will come; io.EOF after the last
}

// newStream opens a stream that ends with ctx.
func (c *conn) newStream(ctx context.Context, cur cursor) (*stream, error) {
	s := &stream{ctx: ctx, conn: c, cur: cur, paused: true, ready: make(chan struct{}, 1)}
	if err := s.start(); err != nil {
		return nil, err
	}
	s.leave = context.AfterFunc(ctx, func() { s.stop(ctx.Err()) })
	return s, nil
}

// start sends the request, anew if the stream was paused. Only next and
// newStream call it, so it does not run beside itself.
func (s *stream) start() error {
	s.mu.Lock()
	s.cur.ask(&s.req)
	s.paused = false
	s.mu.Unlock()
	tag, err := s.conn.send(s.ctx, &s.req, s, true)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.tag = tag
	ended := s.err != nil
	s.mu.Unlock()
	if ended {
		s.conn.cancel(tag, s) // it may have been stopped before there was a tag
	}
	return nil
}

// next waits for the next answer. At the end of the stream the error is
// io.EOF.
func (s *stream) next() (reply, error) {
	for {
		r, ok, paused, err := s.pop()
		switch {
		case err != nil:
			return reply{}, err
		case ok:
			return r, nil
		case paused:
			if err := s.start(); err != nil {
				return reply{}, err
			}
		default:
			select {
			case <-s.ready:
			case <-s.ctx.Done():
				return reply{}, s.ctx.Err()
			}
		}
	}
}

// pop takes the first answer of the queue. With none there it says how things
// are.
func (s *stream) pop() (r reply, ok, paused bool, err error) {
	if err := s.ctx.Err(); err != nil {
		return r, false, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.head == len(s.queue) {
		return r, false, s.paused, s.err
	}
	r, s.queue[s.head] = s.queue[s.head], reply{}
	s.head++
	s.bytes -= len(r.value)
	if s.head == len(s.queue) {
		s.queue, s.head = s.queue[:0], 0
	}
	return r, true, false, nil
}

// pending reports whether next would not wait.
func (s *stream) pending() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.head < len(s.queue) || s.err != nil
}

// take implements sink.
func (s *stream) take(r reply) {
	s.mu.Lock()
	switch {
	case s.err != nil: // nobody reads any more
	case r.err != nil:
		s.fail(r.err)
	default:
		s.push(r)
	}
	full := s.err == nil && (len(s.queue)-s.head >= maxQueue || s.bytes >= maxQueueBytes)
	s.paused = s.paused || full
	s.mu.Unlock()
	if full {
		s.conn.cancel(r.tag, s)
	}
	s.signal()
}

func (s *stream) push(r reply) {
	if r.has(proto.Response_VALID) && s.cur.see(&r) {
		s.queue = append(s.queue, r)
		s.bytes += len(r.value)
	}
	if r.has(proto.Response_DONE) {
		s.fail(io.EOF)
	}
}

// fail sets the reason for the end; the first stands. mu is held.
func (s *stream) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// stop ends the stream, whoever waits in next included.
func (s *stream) stop(err error) {
	s.mu.Lock()
	s.fail(err)
	s.queue, s.head, s.bytes = nil, 0, 0
	tag := s.tag
	s.mu.Unlock()
	s.conn.cancel(tag, s)
	s.signal()
}

func (s *stream) signal() {
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
