package proto

import (
	"net"
	"testing"

	"github.com/bmizerany/assert"
	"golang.org/x/sys/unix"
)

// TestPolledUrgentData: a read ends where a byte of TCP's urgent data was, though more is there.
func TestPolledUrgentData(t *testing.T) {
	p, _ := startPoller(t, idle)
	_, other := polledPair(t, p, ConnConfig{})
	expectEcho(t, other, "hello")
	frame := AppendFrame(nil, raw("all of it"))
	rc, err := other.(*net.TCPConn).SyscallConn()
	assert.Equal(t, nil, err)
	for range 100 {
		rc.Control(func(fd uintptr) {
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_CORK, 1) // all comes together
			unix.Write(int(fd), frame[:5])
			unix.Send(int(fd), []byte{0xff}, unix.MSG_OOB)
			unix.Write(int(fd), frame[5:])
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_CORK, 0)
		})
		expectFrames(t, NewConn(other, ConnConfig{}), []raw{raw("all of it")})
	}
}
