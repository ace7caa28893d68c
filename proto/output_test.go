package proto

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"

	"github.com/bmizerany/assert"
)

// fillNetwork queues and flushes until the other end, which does not read,
// takes no more.
func fillNetwork(t *testing.T, c *Conn) {
	t.Helper()
	for c.Pending() < 1<<20 {
		assert.Equal(t, nil, c.Queue(request(0, make([]byte, 100_000))))
		c.Flush()
	}
}

func TestFlushWritesAllThatIsQueued(t *testing.T) {
	onEach(t, ConnConfig{}, func(t *testing.T, c *Conn, other net.Conn) {
		for tag := range int32(3) {
			assert.Equal(t, nil, c.Queue(request(tag, nil)))
		}
		c.Flush()
		assert.Equal(t, []int32{0, 1, 2}, readFrames(t, NewConn(other, ConnConfig{}), 3))
	})
}

// TestWritersKeepTheirOrder has many writers, values of all sizes and a
// reader that now and then lets them run into a full network.
func TestWritersKeepTheirOrder(t *testing.T) {
	onEach(t, ConnConfig{MaxOutput: 256 << 20}, func(t *testing.T, c *Conn, other net.Conn) {
		writeAndCheck(t, c, other)
		assert.Equal(t, nil, c.Err())
	})
}

// writeAndCheck has many goroutines write by c.
func writeAndCheck(t *testing.T, c *Conn, other net.Conn) {
	const writers, count = 8, 300
	var all sync.WaitGroup
	for w := range int32(writers) {
		all.Go(func() {
			for i := range int32(count) {
				if err := c.Queue(request(w*count+i, make([]byte, int(i)*int(i)/2))); err != nil {
					t.Error(err)
				}
				c.Flush()
			}
		})
	}
	tags := readFrames(t, NewConn(other, ConnConfig{}), writers*count)
	all.Wait()
	var next [writers]int32
	for _, tag := range tags {
		assert.Equal(t, next[tag/count], tag%count, fmt.Sprint("writer ", tag/count))
		next[tag/count]++
	}
}

func TestSlowReaderIsEnded(t *testing.T) {
	const limit = 2 << 20
	onEach(t, ConnConfig{MaxOutput: limit}, func(t *testing.T, c *Conn, other net.Conn) {
		var err error
		for range 1000 {
			if err = c.Queue(request(1, make([]byte, 100_000))); err != nil {
				break
			}
			c.Flush()
			assert.T(t, c.Pending() <= limit)
		}
		assert.T(t, errors.Is(err, ErrSlowReader), err)
		assert.T(t, errors.Is(c.Read(), ErrSlowReader))
	})
}

func TestAwaitWaitsForTheMark(t *testing.T) {
	const mark, frames = 10_000, 500
	onEach(t, ConnConfig{Mark: mark}, func(t *testing.T, c *Conn, other net.Conn) {
		go func() {
			for tag := int32(0); tag < frames; {
				if c.TryQueue(request(tag, make([]byte, 50_000))) {
					tag++
				} else if err := c.Await(); err != nil {
					t.Error(err)
					return
				}
				if n := c.Pending(); n > mark+51_000 {
					t.Errorf("%d bytes wait", n)
				}
			}
			c.Flush()
		}()
		for i, tag := range readFrames(t, NewConn(other, ConnConfig{}), frames) {
			assert.Equal(t, int32(i), tag)
		}
	})
}

func TestTheOtherEndGoesAway(t *testing.T) {
	onEach(t, ConnConfig{Mark: 1}, func(t *testing.T, c *Conn, other net.Conn) {
		fillNetwork(t, c)
		other.Close()
		assert.T(t, c.Await() != nil)
		assert.T(t, c.Err() != nil)
	})
}

func TestQueueAndFlushAllocateNothing(t *testing.T) {
	a, b := tcpPair(t)
	defer b.Close()
	c := NewConn(a, ConnConfig{})
	defer c.Close()
	m, buf := request(1, make([]byte, 64)), make([]byte, 1<<10)
	round := func() {
		c.Queue(m)
		c.Flush()
		b.Read(buf)
	}
	round()
	round() // now both buffers are there
	assert.Equal(t, 0.0, testing.AllocsPerRun(100, round))
}
