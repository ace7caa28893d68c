package proto

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// The sizes of a connection's buffers, in bytes.
const (
	firstBuffer = 4 << 10  // what a connection starts to read with
	keepBuffer  = 64 << 10 // what it keeps while nothing is buffered

	defaultMaxOutput = 64 << 20
	defaultMark      = 256 << 10
)

// ErrSlowReader ends a connection whose other end left more output unread
// than the limit.
var ErrSlowReader = errors.New("the other end does not read")

// ConnConfig has the limits of a connection.
type ConnConfig struct {
	MaxFrame  int // bytes of the longest message read; 0: MaxFrame
	MaxOutput int // bytes of output that may wait, over it the connection is ended; 0: 64 MiB
	Mark      int // bytes of output from which TryQueue refuses and Await waits; 0: 256 KiB
}

func (cfg ConnConfig) withDefaults() ConnConfig {
	if cfg.MaxFrame == 0 {
		cfg.MaxFrame = MaxFrame
	}
	if cfg.MaxOutput == 0 {
		cfg.MaxOutput = defaultMaxOutput
	}
	if cfg.Mark == 0 {
		cfg.Mark = defaultMark
	}
	return cfg
}

// Conn is a connection that carries frames. Read, Next and SetMaxFrame belong to one
// goroutine at a time; everything else is safe from any.
type Conn struct {
	nc  net.Conn
	raw rawConn // system calls on nc's descriptor, where there is one
	cfg ConnConfig

	in   []byte // input: in[r:w] arrived and was not handed out. The reader's alone
	r, w int

	progress atomic.Uint64 // see Progress
	polled

	mu      sync.Mutex
	room    sync.Cond // waits for output below the mark, or for err
	out     []byte    // frames queued
	cur     []byte    // frames being written: the writer's alone while writing is true
	curLen  int       // len(cur) as it was when mu was last held
	spare   []byte    // the buffer that is neither out nor cur
	writing bool      // a goroutine writes: one at a time
	full    bool      // the last write took but a part
	err     error     // why the connection ended; nil while it lives
}

// NewConn makes a connection of c, which it owns from then on.
func NewConn(c net.Conn, cfg ConnConfig) *Conn {
	conn := &Conn{nc: c, cfg: cfg.withDefaults()}
	conn.room.L = &conn.mu
	if sc, ok := c.(syscall.Conn); ok {
		conn.raw.init(sc)
	}
	return conn
}

// Read waits until at least one whole frame is buffered, for Next to take.
// It invalidates what Next returned before. Its error is final: io.EOF when
// the other end closed between two frames, io.ErrUnexpectedEOF within one,
// ErrFrameTooBig, ErrSlowReader, net.ErrClosed after Close, or the network's.
func (c *Conn) Read() error {
	for {
		frame, _, err := NextFrame(c.in[c.r:c.w], c.cfg.MaxFrame)
		if err != nil {
			return err
		}
		if frame != nil {
			return nil
		}
		c.makeRoom()
		n, err := c.readSome(c.in[c.w:])
		c.w += n
		c.progress.Add(uint64(n))
		if n == 0 && err != nil {
			return c.readError(err)
		}
	}
}

// Next takes the next whole frame's message out of the buffer, without
// waiting; ok is false when there is none. The message is valid until the
// next Read.
func (c *Conn) Next() (frame []byte, ok bool) {
	frame, rest, err := NextFrame(c.in[c.r:c.w], c.cfg.MaxFrame)
	if err != nil || frame == nil {
		return nil, false
	}
	c.r = c.w - len(rest)
	return frame, true
}

// SetMaxFrame changes the limit of the messages that are read from then on, those that are
// buffered included. It is for whoever calls Read and Next.
func (c *Conn) SetMaxFrame(n int) { c.cfg.MaxFrame = n }

// makeRoom moves what is left of the input to the front, and doubles a buffer
// that bytes have filled. One that grew large is given back once it is empty.
func (c *Conn) makeRoom() {
	left := c.in[c.r:c.w]
	switch {
	case len(left) == 0 && len(c.in) > keepBuffer:
		c.in = make([]byte, keepBuffer)
	case c.in == nil:
		c.in = make([]byte, firstBuffer)
	case len(left) == len(c.in):
		bigger := make([]byte, 2*len(c.in))
		copy(bigger, left)
		c.in = bigger
	case c.r > 0:
		copy(c.in, left)
	}
	c.r, c.w = 0, len(left)
}

// readSome reads at least one byte into b, or says why not.
func (c *Conn) readSome(b []byte) (int, error) {
	if c.raw.ok() {
		return c.raw.read(b)
	}
	return c.nc.Read(b)
}

// readError says why the input ended.
func (c *Conn) readError(err error) error {
	if ended := c.Err(); ended != nil {
		return ended
	}
	if errors.Is(err, io.EOF) && c.r < c.w {
		return io.ErrUnexpectedEOF
	}
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	return fmt.Errorf("read: %w", err)
}

// Progress counts the bytes that the other end has sent, and those that it
// made room for: bytes written after a write of which only a part was taken.
// While it grows the other end is there, though no frame may be complete yet.
// What the network takes at once says nothing about that, and is not counted.
func (c *Conn) Progress() uint64 { return c.progress.Load() }

// Close ends the connection at once. What is queued and not written is lost:
// a Flush before it writes what the network takes.
func (c *Conn) Close() error {
	c.end(net.ErrClosed)
	return nil
}

// end closes the connection for a reason; the first one stays.
func (c *Conn) end(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endLocked(why)
}

func (c *Conn) endLocked(why error) {
	if c.err != nil {
		return
	}
	c.err = why
	c.out, c.spare = nil, nil
	if c.sock != nil {
		c.sock.close()
		c.kickLocked() // its reader is to hear of it
	} else {
		c.nc.Close() // its error says nothing that anyone could act on
	}
	c.room.Broadcast()
}

// Err says why the connection ended, or nil while it lives. A connection
// whose other end went away lives until a Read or a write finds out.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// SetReadDeadline bounds Read in time; the zero time bounds nothing.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.nc.SetReadDeadline(t) }

// RemoteAddr is the other end's address.
func (c *Conn) RemoteAddr() net.Addr { return c.nc.RemoteAddr() }

// LocalAddr is this end's address.
func (c *Conn) LocalAddr() net.Addr { return c.nc.LocalAddr() }
