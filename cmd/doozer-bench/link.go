package main

import (
	"io"
	"net"

	"github.com/ha/doozer/proto"
)

// link is a connection that reads all that has arrived and writes all that is
// ready, each in one system call. The load and the echo use the same one. It
// belongs to one goroutine.
type link struct {
	conn net.Conn
	in   []byte
	r, w int    // in[r:w] arrived and was not taken
	out  []byte // what flush will write
}

const linkBuffer = 64 << 10 // bytes; more than all that a connection has outstanding

func newLink(conn net.Conn) *link {
	return &link{conn: conn, in: make([]byte, linkBuffer), out: make([]byte, 0, linkBuffer)}
}

// read waits for input. What next returned before is no longer valid.
func (l *link) read() error {
	copy(l.in, l.in[l.r:l.w])
	l.r, l.w = 0, l.w-l.r
	if l.w == len(l.in) {
		return io.ErrShortBuffer
	}
	n, err := l.conn.Read(l.in[l.w:])
	l.w += n
	if n > 0 {
		return nil
	}
	return err
}

// next takes the next whole message that arrived; nil: there is none.
func (l *link) next() ([]byte, error) {
	msg, rest, err := proto.NextFrame(l.in[l.r:l.w], linkBuffer/2)
	l.r = l.w - len(rest)
	return msg, err
}

func (l *link) flush() error {
	if len(l.out) == 0 {
		return nil
	}
	_, err := l.conn.Write(l.out)
	l.out = l.out[:0]
	return err
}
