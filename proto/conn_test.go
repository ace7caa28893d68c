package proto

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/bmizerany/assert"
	//lint:ignore SA1019 for its pointers to numbers
	"github.com/golang/protobuf/proto"
)

// transports are the two ways that a connection goes: a descriptor to make
// system calls on, and a plain net.Conn.
var transports = map[string]func(*testing.T) (a, b net.Conn){
	"tcp":  tcpPair,
	"pipe": func(*testing.T) (net.Conn, net.Conn) { return net.Pipe() },
}

func tcpPair(t *testing.T) (a, b net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	defer l.Close()
	a, err = net.Dial("tcp", l.Addr().String())
	assert.Equal(t, nil, err)
	b, err = l.Accept()
	assert.Equal(t, nil, err)
	return a, b
}

// onEach runs a test with a Conn and the plain other end, on each transport.
func onEach(t *testing.T, cfg ConnConfig, test func(t *testing.T, c *Conn, other net.Conn)) {
	for name, pair := range transports {
		t.Run(name, func(t *testing.T) {
			a, b := pair(t)
			c := NewConn(a, cfg)
			defer c.Close()
			defer b.Close()
			b.SetDeadline(time.Now().Add(10 * time.Second))
			test(t, c, b)
		})
	}
}

func request(tag int32, value []byte) *Request {
	return &Request{Tag: proto.Int32(tag), Value: value}
}

// readFrames reads n frames one by one, and returns their tags.
func readFrames(t *testing.T, c *Conn, n int) (tags []int32) {
	t.Helper()
	for len(tags) < n {
		frame, ok := c.Next()
		if !ok {
			assert.Equal(t, nil, c.Read())
			continue
		}
		var call Call
		assert.Equal(t, nil, call.Decode(frame))
		tags = append(tags, call.Tag)
	}
	return tags
}

func TestReadTakesFramesOutOfAnyPieces(t *testing.T) {
	var stream []byte
	for tag := range int32(5) {
		stream = AppendFrame(stream, request(tag, nil))
	}
	for _, piece := range []int{1, 3, 4, 7, len(stream)} {
		onEach(t, ConnConfig{}, func(t *testing.T, c *Conn, other net.Conn) {
			go func() {
				for at := 0; at < len(stream); at += piece {
					other.Write(stream[at:min(at+piece, len(stream))])
				}
				other.Close()
			}()
			assert.Equal(t, []int32{0, 1, 2, 3, 4}, readFrames(t, c, 5))
			assert.Equal(t, io.EOF, c.Read())
		})
	}
}

func TestReadEndsWithinAFrame(t *testing.T) {
	onEach(t, ConnConfig{}, func(t *testing.T, c *Conn, other net.Conn) {
		go func() {
			other.Write([]byte{0, 0, 0, 9, 1})
			other.Close()
		}()
		assert.Equal(t, io.ErrUnexpectedEOF, c.Read())
	})
}

func TestReadLimitComesAfterTheGoodFrames(t *testing.T) {
	onEach(t, ConnConfig{MaxFrame: 100}, func(t *testing.T, c *Conn, other net.Conn) {
		go other.Write(append(AppendFrame(nil, request(1, nil)), 0xff, 0xff, 0xff, 0xff))
		assert.Equal(t, []int32{1}, readFrames(t, c, 1))
		assert.T(t, errors.Is(c.Read(), ErrFrameTooBig))
	})
}

func TestInputGrowsWithBytesNotWithHeaders(t *testing.T) {
	onEach(t, ConnConfig{}, func(t *testing.T, c *Conn, other net.Conn) {
		go func() {
			other.Write(append(binary.BigEndian.AppendUint32(nil, MaxFrame), "a few bytes"...))
			other.Close()
		}()
		assert.Equal(t, io.ErrUnexpectedEOF, c.Read())
		assert.Equal(t, firstBuffer, len(c.in))
	})
}

func TestLargeInputBufferIsGivenBack(t *testing.T) {
	onEach(t, ConnConfig{}, func(t *testing.T, c *Conn, other net.Conn) {
		big := AppendFrame(nil, request(1, make([]byte, MaxValue)))
		go other.Write(big)
		readFrames(t, c, 1)
		assert.T(t, len(c.in) >= MaxValue)
		go other.Write(AppendFrame(nil, request(2, nil)))
		readFrames(t, c, 1)
		assert.T(t, len(c.in) <= keepBuffer, len(c.in))
	})
}

func TestCloseEndsReadAndAwait(t *testing.T) {
	onEach(t, ConnConfig{Mark: 1}, func(t *testing.T, c *Conn, other net.Conn) {
		fillNetwork(t, c)
		ends := make(chan error, 2)
		go func() { ends <- c.Read() }()
		go func() { ends <- c.Await() }()
		c.Close()
		assert.Equal(t, net.ErrClosed, <-ends)
		assert.Equal(t, net.ErrClosed, <-ends)
		assert.Equal(t, net.ErrClosed, c.Queue(request(1, nil)))
		assert.T(t, !c.TryQueue(request(1, nil)))
	})
}

func TestReadDeadline(t *testing.T) {
	onEach(t, ConnConfig{}, func(t *testing.T, c *Conn, other net.Conn) {
		c.SetReadDeadline(time.Now().Add(time.Millisecond))
		var timeout net.Error
		err := c.Read()
		assert.T(t, errors.As(err, &timeout) && timeout.Timeout(), err)
	})
}
