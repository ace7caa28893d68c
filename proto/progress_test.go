package proto

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// progressed waits until a connection's progress is not what it was.
func progressed(t *testing.T, c *Conn, was uint64) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); c.Progress() == was; time.Sleep(time.Millisecond) {
		assert.T(t, time.Now().Before(deadline), was)
	}
}

func TestProgressOfAPartOfAFrame(t *testing.T) {
	onEach(t, ConnConfig{}, func(t *testing.T, c *Conn, other net.Conn) {
		go c.Read()
		other.Write([]byte{0, 0, 0, 9, 1, 2, 3})
		progressed(t, c, 0)
	})
}

// What the network takes at once is no progress; what it takes once the other
// end reads on is.
func TestProgressOfOutput(t *testing.T) {
	onEach(t, ConnConfig{}, func(t *testing.T, c *Conn, other net.Conn) {
		small := len(AppendFrame(nil, request(1, nil)))
		c.Queue(request(1, nil))
		c.Flush()
		io.ReadFull(other, make([]byte, small))
		assert.Equal(t, uint64(0), c.Progress())

		fillNetwork(t, c)
		was := c.Progress()
		go io.Copy(io.Discard, other)
		progressed(t, c, was)
	})
}
