package e2e

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/proto"
)

// maxGrowth bounds what hostile input may add to a node's memory, in MiB:
// some buffers, and what the garbage collector leaves for later.
const maxGrowth = 64

// raw is a connection that says what it wants.
func raw(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	assert.Equal(t, nil, err)
	t.Cleanup(func() { c.Close() })
	assert.Equal(t, nil, c.SetDeadline(time.Now().Add(patience)))
	return c
}

// header is the length of a frame.
func header(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// put writes; the other end may be gone already.
func put(c net.Conn, b []byte) { _, _ = c.Write(b) }

// ends checks that the other end closes a connection.
func ends(t *testing.T, c net.Conn) {
	t.Helper()
	_, err := io.Copy(io.Discard, c)
	if e, ok := err.(net.Error); ok && e.Timeout() {
		t.Fatalf("the node did not end the connection within %v", patience)
	}
	c.Close()
}

// answer reads one response.
func answer(t *testing.T, c net.Conn) *proto.Response {
	t.Helper()
	var head [4]byte
	_, err := io.ReadFull(c, head[:])
	assert.Equal(t, nil, err)
	body := make([]byte, binary.BigEndian.Uint32(head[:]))
	_, err = io.ReadFull(c, body)
	assert.Equal(t, nil, err)
	resp := new(proto.Response)
	assert.Equal(t, nil, resp.UnmarshalVT(body))
	return resp
}

// noise is n bytes that look like nothing; the same every time.
func noise(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// unharmed runs an attack, and checks that the node logs at most a number of lines for
// it, keeps its memory, and serves on.
func unharmed(t *testing.T, n *node, lines int, attack func()) {
	t.Helper()
	before, logged := memory(t, n.process), n.stderr.lines()
	attack()
	rev := set(t, n.c, "/unharmed", client.Clobber, t.Name())
	_, at := get(t, n.c, "/unharmed")
	assert.Equal(t, rev, at)
	after, more := memory(t, n.process), n.stderr.lines()-logged
	t.Logf("memory %d MiB before, %d after; %d lines logged", before, after, more)
	assert.T(t, after-before < maxGrowth, "memory grew")
	if more > lines {
		t.Errorf("%d lines were logged, for at most %d:\n%s", more, lines, n.stderr.tail())
	}
}

// Bytes that are no frames end their connection, with a line at most, and nothing else.
func TestBadFrames(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	unparsable := append(header(3), 0xff, 0xff, 0xff)
	const times = 20
	for name, b := range map[string][]byte{
		"length 2^31-1":         append(header(1<<31-1), noise(random, 1<<16)...),
		"length -1":             append(header(1<<32-1), noise(random, 1<<16)...),
		"length above limit":    append(header(proto.MaxFrame+1), noise(random, 1<<16)...),
		"not a message":         unparsable,
		"HTTP":                  []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		"megabytes of nonsense": append(header(1<<31), noise(random, 4<<20)...),
	} {
		t.Run(name, func(t *testing.T) {
			n := startNode(t, "A") // for each attack, since the last line of one may come late
			unharmed(t, n, times, func() {
				for range times {
					c := raw(t, n.addr)
					put(c, b)
					ends(t, c)
				}
			})
		})
	}
	t.Run("random bytes", func(t *testing.T) {
		n := startNode(t, "A")
		unharmed(t, n, 10*times, func() {
			for range 10 * times {
				c := raw(t, n.addr)
				put(c, noise(random, 1+random.IntN(5000)))
				c.Close()
			}
		})
	})
}

// Half a frame costs what came of it, and no more; whether it stays or goes.
func TestHalfFrames(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	const conns = 100
	half := append(header(proto.MaxFrame), make([]byte, 1<<16)...)
	unharmed(t, n, conns, func() {
		for i := range conns {
			c := raw(t, n.addr)
			put(c, half[:min(len(half), 1<<(i%18))])
			if i%2 == 0 {
				c.Close()
			}
		}
	})
}

// An unknown verb is answered as one, and the connection lives.
func TestUnknownVerbs(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	c := raw(t, n.addr)
	ask := func(req *proto.Request) *proto.Response {
		put(c, proto.AppendFrame(nil, req))
		return answer(t, c)
	}
	unharmed(t, n, 0, func() {
		put(c, header(0))
		assert.Equal(t, proto.Response_UNKNOWN_VERB, answer(t, c).GetErrCode())
		for i, verb := range []proto.Request_Verb{-1, 11, 12, 36, 98, 100, 1<<31 - 1} {
			tag := int32(i)
			resp := ask(&proto.Request{Tag: &tag, Verb: &verb})
			assert.Equal(t, proto.Response_UNKNOWN_VERB, resp.GetErrCode(), verb)
			assert.Equal(t, tag, resp.GetTag())
		}
		self := ask(&proto.Request{Verb: proto.Request_SELF.Enum()})
		assert.Equal(t, n.id, string(self.Value))
	})
}
