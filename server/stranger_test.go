package server

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/proto/access"
)

// expectTooBig proves that the node wants no frame of n bytes, as soon as it has the header.
func (c *client) expectTooBig(n uint32) {
	c.tb.Helper()
	c.raw(binary.BigEndian.AppendUint32(nil, n))
	c.expectEnd()
}

// A stranger may send small frames only, also after a secret that is none: it
// could hold the memory of large ones.
func TestStrangersFramesAreSmall(t *testing.T) {
	h := guarded(t, "rw", "ro")
	c := dial(t, h)
	c.send(a(write).path("/a").rev(-1).value(strings.Repeat("x", strangerFrame-100)))
	c.expect(denied)
	c.expectTooBig(strangerFrame + 1)

	c = dial(t, h)
	c.send(a(present).value("wrong"))
	c.expect(denied)
	c.expectTooBig(strangerFrame + 1)
	until(t, "a log line for each", func() bool { return len(h.log.all()) == 2 })
}

// Who has access may send large ones, at once behind the secret.
func TestAccessOpensLargeFrames(t *testing.T) {
	large := strings.Repeat("x", proto.MaxValue)
	h := guarded(t, "rw", "ro")
	c := dial(t, h)
	c.send(a(present).value("rw"), a(write).tag(1).path("/a").rev(-1).value(large))
	c.expect("flags 3", "tag 1 flags 3 rev 8")
	c.expectTooBig(proto.MaxFrame + 1)

	c = dial(t, h)
	c.send(a(present).value("ro"), a(write).tag(1).path("/a").rev(-1).value(large))
	c.expect("flags 3", "tag 1 "+denied)
	c.send(a(present).value("wrong"), a(write).tag(1).path("/a").rev(-1).value(large))
	c.expect(denied, "tag 1 "+denied)
}

// Where everybody may read, or write, everybody may send what a client of any age does.
func TestOpenReadsTakeLargeFrames(t *testing.T) {
	large := a(write).path("/a").rev(-1).value(strings.Repeat("x", proto.MaxValue))
	c := dial(t, guarded(t, "rw", ""))
	c.send(large)
	c.expect(denied)
	c = dial(t, guarded(t, "", ""))
	c.send(large)
	c.expect("flags 3 rev 8")
}

// What a peer is handed has the limit of strangers: that it is one is for Peer to find out.
func TestPeerBeginsWithSmallFrames(t *testing.T) {
	taken := make(chan *proto.Conn, 1)
	secrets, err := access.New("rw", "ro")
	assert.Equal(t, nil, err)
	h := start(t, func(cfg *Config) {
		cfg.Secrets = secrets
		cfg.Peer = func(c *proto.Conn, _ *proto.Request) { taken <- c }
	})
	c := dial(t, h)
	c.send(a(proto.Request_PEER).value("hello"), a(self).value(strings.Repeat("x", strangerFrame)))
	got := <-taken
	defer got.Close()
	_, ok := got.Next()
	assert.T(t, !ok)
	assert.T(t, got.Read() != nil)
	got.SetMaxFrame(proto.MaxFrame)
	assert.Equal(t, nil, got.Read())
	_, ok = got.Next()
	assert.T(t, ok)
}
