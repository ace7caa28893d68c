package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/proto/access"
)

// maxBatch is how many requests are taken in one go: after them the reader
// looks whether the client reads its answers.
const maxBatch = 1024

// strangerFrame is how many bytes a request may have whose sender may not even read: what
// it asks for in vain, and what a secret or a peer's hello takes.
const strangerFrame = 64 << 10

// conn serves one client.
type conn struct {
	srv    *Server
	cfg    *Config // the server's
	pc     *proto.Conn
	ctx    context.Context // ends with the connection
	end    context.CancelFunc
	poller *proto.Poller // reads it after its first requests; nil: none

	// The reader's alone: the request at hand, and what this batch collected.
	call      proto.Call
	proposals []Proposal
	reads     *readBatch
	first     bool           // nothing was read yet
	hello     *proto.Request // the PEER request that ended the reader
	debug     bool           // requests are logged
	may       access.Level   // what the client may do

	mu      sync.Mutex
	room    sync.Cond // waits for slots below the limits, or for closed
	closed  bool
	paused  bool // polled, and not read until there is room
	slots   slots
	scratch scratch
	batches []*readBatch // to be used again
	jobs    []func()     // long reads that wait for a worker
	workers int
	streams int

	running sync.WaitGroup // workers and streams; none is added once closed
}

func newConn(srv *Server, nc net.Conn, poller *proto.Poller) *conn {
	cfg := &srv.cfg
	c := &conn{
		srv:    srv,
		cfg:    cfg,
		pc:     proto.NewConn(nc, proto.ConnConfig{MaxOutput: cfg.MaxOutput}),
		poller: poller,
		first:  true,
		debug:  cfg.Log.Enabled(context.Background(), slog.LevelDebug),
	}
	c.ctx, c.end = context.WithCancel(context.Background())
	c.room.L = &c.mu
	c.allow(cfg.Secrets.Everybody())
	return c
}

// allow says what the client may do from now on. The memory for large requests is for those
// who have shown that they belong here.
func (c *conn) allow(level access.Level) {
	c.may = level
	limit := c.cfg.MaxFrame
	if level < access.Read {
		limit = min(limit, strangerFrame)
	}
	c.pc.SetMaxFrame(limit)
}

// serve reads the first requests in a goroutine, which goes on as the reader where the
// connection cannot be polled. It returns the PEER request that made it another's.
func (c *conn) serve() *proto.Request {
	err := c.read()
	switch {
	case c.hello != nil:
		c.end()
		return c.hello
	case err != errPolled:
		c.finished(err)
	}
	return nil
}

// finished ends the connection, which nobody reads any more.
func (c *conn) finished(err error) {
	c.logEnd(err)
	c.close()
	c.running.Wait()
	c.srv.gone(c)
}

// read takes batches of requests until the connection ends or is polled. A client that has
// too much outstanding, or leaves its answers unread, is not read meanwhile.
func (c *conn) read() error {
	for {
		if err := c.pc.Await(); err != nil {
			return err
		}
		c.awaitSlot()
		if err := c.pc.Read(); err != nil {
			return err
		}
		err := c.collect()
		c.submit()
		c.cfg.Node.Hurry()
		if err != nil {
			return err
		}
		if c.poller == nil {
			continue
		}
		c.pc.Flush()
		if c.poller.Add(c.pc, c) == nil {
			return errPolled
		}
	}
}

// inputRounds is how many batches a polled connection takes in its turn.
const inputRounds = 4

// Input takes what batches of requests are there.
func (c *conn) Input() (again bool, err error) {
	for range inputRounds {
		if again, err = c.tryBatch(); !again {
			break
		}
	}
	if err != nil {
		c.pc.Flush() // the poller is about to end it
		go c.finished(err)
	}
	return again, err
}

// tryBatch takes a batch of requests. ok is false when none is there, or it has to wait.
func (c *conn) tryBatch() (ok bool, err error) {
	if ok, err := c.pc.TryAwait(); !ok || c.full() {
		return false, err
	}
	if ok, err := c.pc.TryRead(); !ok {
		return false, err
	}
	err = c.collect()
	c.submit()
	c.pc.Flush()
	return err == nil, err
}

var (
	errFrame  = errors.New("a frame that is no request")
	errPeer   = errors.New("handed over to the peer protocol")
	errPolled = errors.New("handed over to the poller")
)

// collect takes the requests that are buffered, as far as there are slots for
// them, and answers what can be answered at once.
func (c *conn) collect() error {
	for range min(maxBatch, c.freeSlots()) {
		frame, ok := c.pc.Next()
		if !ok {
			return nil
		}
		if err := c.call.Decode(frame); err != nil {
			return fmt.Errorf("%w: %w", errFrame, err)
		}
		if c.debug {
			c.logRequest(frame)
		}
		if c.first && c.call.Verb == proto.Request_PEER && c.cfg.Peer != nil {
			c.hello = new(proto.Request)
			if err := c.hello.UnmarshalVT(frame); err != nil {
				return fmt.Errorf("%w: %w", errFrame, err)
			}
			return errPeer
		}
		c.first = false
		c.request()
	}
	return nil
}

// submit hands over what the batch collected.
func (c *conn) submit() {
	if len(c.proposals) > 0 {
		c.cfg.Node.Propose(c.proposals)
		clear(c.proposals) // the mutations are others' now
		c.proposals = c.proposals[:0]
	}
	if b := c.reads; b != nil {
		c.reads = nil
		b.seal()
		c.cfg.Node.Read(b)
	}
}

// close ends the connection and all that waits for it. Answers that are
// queued are written as far as the network takes them at once.
func (c *conn) close() {
	c.pc.Flush()
	c.pc.Close()
	c.end()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.jobs = nil
	c.dropHeldLocked()
	c.room.Broadcast()
}
