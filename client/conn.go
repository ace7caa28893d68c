package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"runtime"
	"sync"

	"github.com/ha/doozer/proto"
)

// maxWaiting is how many bytes of requests may wait to be written before
// senders have to wait.
const maxWaiting = 1 << 20

// sink is where the answers to a request go. take is called by the reader of
// the connection, or by whoever ends it: it must not block, except that of a
// stream that has a connection of its own.
type sink interface {
	take(r reply)
}

// pending is a request that awaits its answer, or its next one.
type pending struct {
	sink
	many  bool // answers come until one says that it is the last
	write bool // the request changes the store: it cannot be repeated elsewhere
	size  int  // bytes of its value
}

// conn is a connection whose requests are told apart by tag. One goroutine
// reads it and hands each answer to the sink that waits for it.
type conn struct {
	frames *proto.Conn
	addr   string        // as it was dialed
	id     string        // the node's, once it is known
	ended  chan struct{} // closed when err is set
	wg     sync.WaitGroup

	mu       sync.Mutex
	draining bool              // no more requests: see drain
	secret   string            // that the node was told last; "": none
	open     map[int32]pending // by tag; whoever removes an entry, and nobody else, completes it
	streams  int               // how many of them are
	load     int               // bytes of their values
	tag      int32             // the last one given out
	flushing bool              // someone is about to flush what is queued
	room     chan struct{}     // closed when there is room for output again; nil unless senders wait for it
	asking   bool              // PROGRESS is not answered yet
	mute     bool              // the node does not know PROGRESS
	err      error             // why the connection ended; nil while it lives
}

// newConn takes over nc, a connection to addr.
func newConn(nc net.Conn, addr string) *conn {
	c := &conn{
		addr:   addr,
		frames: proto.NewConn(nc, proto.ConnConfig{Mark: maxWaiting}),
		ended:  make(chan struct{}),
		open:   make(map[int32]pending),
	}
	c.wg.Go(func() { c.end(lost(c.read())) })
	return c
}

func lost(err error) error {
	if errors.Is(err, io.EOF) {
		err = errors.New("the node closed it")
	}
	return fmt.Errorf("%w: %w", ErrLost, err)
}

// end closes the connection and tells all that wait why. The first reason
// stands.
func (c *conn) end(why error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	c.err = why
	open := c.open
	c.open = nil
	close(c.ended)
	c.mu.Unlock()
	c.frames.Close()
	for _, p := range open {
		p.take(reply{err: why, sent: true})
	}
}

// close is end, and waits until nothing of the connection is left.
func (c *conn) close(why error) {
	c.end(why)
	c.wg.Wait()
}

// reason says why the connection ended; nil while it lives.
func (c *conn) reason() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// send gives the request a tag and sends it; the answers go to s. An error
// means that nothing was sent and s will hear nothing.
func (c *conn) send(ctx context.Context, q *request, s sink, many bool) (tag int32, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := q.fits(); err != nil {
		return 0, err
	}
	c.mu.Lock()
	for {
		if err := c.refusal(); err != nil {
			c.mu.Unlock()
			return 0, err
		}
		q.tag = c.nextTag()
		if c.frames.TryQueue(&q.msg) {
			c.add(q.tag, pending{sink: s, many: many, write: q.writes(), size: q.size()})
			c.unlockAndFlush()
			return q.tag, nil
		}
		room := c.awaitRoom()
		c.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		c.mu.Lock()
	}
}

// refusal says why no more requests are taken. mu is held.
func (c *conn) refusal() error {
	if c.err == nil && c.draining {
		return errMoved
	}
	return c.err
}

// nextTag returns a tag that no open request has, 1 or more.
func (c *conn) nextTag() int32 {
	for {
		if c.tag == math.MaxInt32 {
			c.tag = 0
		}
		c.tag++
		if _, used := c.open[c.tag]; !used {
			return c.tag
		}
	}
}

// awaitRoom returns a channel that is closed when output may be queued again,
// or never again. mu is held.
func (c *conn) awaitRoom() <-chan struct{} {
	if c.room != nil {
		return c.room
	}
	room := make(chan struct{})
	c.room = room
	c.wg.Go(func() {
		if err := c.frames.Await(); err != nil {
			c.end(lost(err))
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.room == room {
			c.letSenders()
		}
	})
	return room
}

// letSenders has those who wait for room look again. mu is held.
func (c *conn) letSenders() {
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
}

// add puts p among the open requests. mu is held.
func (c *conn) add(tag int32, p pending) {
	c.open[tag] = p
	c.load += p.size
	if p.many {
		c.streams++
	}
}

// remove takes p out of the open requests. mu is held.
func (c *conn) remove(tag int32, p pending) {
	delete(c.open, tag)
	c.load -= p.size
	if p.many {
		c.streams--
	}
}

// unlockAndFlush releases mu and sees to it that what is queued is written.
// When requests are many the one who writes first lets others run, who may
// have something to add: a burst of calls goes out in few writes, and a lone
// call at once.
func (c *conn) unlockAndFlush() {
	lead := !c.flushing
	c.flushing = true
	many := len(c.open)-c.streams > 1
	c.mu.Unlock()
	if !lead {
		return
	}
	if many {
		runtime.Gosched()
	}
	c.mu.Lock()
	c.flushing = false
	c.mu.Unlock()
	c.frames.Flush()
}

// cancel gives up the request tag of s and reports whether it was open: if
// not, s has been completed, or is about to be. The answer to the CANCEL is
// awaited by nobody.
func (c *conn) cancel(tag int32, s sink) bool {
	c.mu.Lock()
	p, ok := c.open[tag]
	if !ok || p.sink != s {
		c.mu.Unlock()
		return false
	}
	c.remove(tag, p)
	own := c.nextTag()
	// An error is the end of the connection, of which read tells.
	_ = c.frames.Queue(&proto.Request{
		Tag: &own, Verb: proto.Request_CANCEL.Enum(), OtherTag: &tag,
	})
	c.unlockAndFlush()
	return true
}

// read hands out answers until the connection fails.
func (c *conn) read() error {
	var a proto.Answer
	for {
		if err := c.frames.Read(); err != nil {
			return err
		}
		for {
			frame, ok := c.frames.Next()
			if !ok {
				break
			}
			if err := a.Decode(frame); err != nil {
				return fmt.Errorf("not a response: %w", err)
			}
			c.deliver(&a)
		}
	}
}

// deliver completes, or continues, the request that a answers. An answer that
// nobody waits for was given up.
func (c *conn) deliver(a *proto.Answer) {
	c.mu.Lock()
	p, ok := c.open[a.Tag]
	if ok && (!p.many || a.Failed || a.Flags&int32(proto.Response_DONE) != 0) {
		c.remove(a.Tag, p)
	}
	drained := c.draining && len(c.open) == 0
	c.mu.Unlock()
	if ok {
		p.take(newReply(a))
	}
	if drained {
		c.end(errMoved)
	}
}
