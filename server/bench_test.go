package server

import (
	"fmt"
	"net"
	"sync"
	"testing"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// These benchmarks have one client connection, or several, with so many
// requests outstanding, over loopback: the server with a node that agrees with
// itself at once, beside a bare echo of the same frames over the same
// connection type. One operation is one request.
//
//	go test ./server -run '^$' -bench Pipelined

func BenchmarkPipelined(b *testing.B) {
	eachLoad(b, "echo", pipelineEcho)
	eachLoad(b, "set", func(b *testing.B, conns, window int) {
		pipeline(b, start(b, nil).addr, conns, window, benchSet())
	})
	eachLoad(b, "get", func(b *testing.B, conns, window int) {
		h := start(b, nil)
		h.node.write(b, set(b, "/bench/key", string(make([]byte, 64))))
		pipeline(b, h.addr, conns, window, a(get).path("/bench/key"))
	})
}

func pipelineEcho(b *testing.B, conns, window int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go echo(proto.NewConn(nc, proto.ConnConfig{}))
		}
	}()
	pipeline(b, l.Addr().String(), conns, window, benchSet())
}

func benchSet() *ask {
	return a(write).path("/bench/key").rev(store.Clobber).value(string(make([]byte, 64)))
}

func eachLoad(b *testing.B, of string, bench func(b *testing.B, conns, window int)) {
	for _, load := range [][2]int{{1, 1}, {1, 64}, {4, 64}, {1, 1024}} {
		b.Run(fmt.Sprintf("of=%s/conns=%d/window=%d", of, load[0], load[1]), func(b *testing.B) { bench(b, load[0], load[1]) })
	}
}

// echo sends every frame back as it came.
func echo(c *proto.Conn) {
	defer c.Close()
	var m rawMessage
	for c.Read() == nil {
		for frame, ok := c.Next(); ok; frame, ok = c.Next() {
			m = frame
			c.Queue(&m)
		}
		c.Flush()
	}
}

// rawMessage is a message that is encoded already.
type rawMessage []byte

func (m *rawMessage) SizeVT() int                                  { return len(*m) }
func (m *rawMessage) MarshalToSizedBufferVT(b []byte) (int, error) { return copy(b, *m), nil }

// pipeline makes b.N requests, on each connection so many at a time.
func pipeline(b *testing.B, addr string, conns, window int, q *ask) {
	b.ReportAllocs()
	var all sync.WaitGroup
	b.ResetTimer()
	for i := range conns {
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			b.Fatal(err)
		}
		n := b.N / conns
		if i == 0 {
			n += b.N % conns
		}
		all.Go(func() { drive(b, proto.NewConn(nc, proto.ConnConfig{}), n, window, q) })
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}

// drive keeps window requests outstanding until n were answered. Each batch of
// answers is followed by as many requests, in one write.
func drive(b *testing.B, c *proto.Conn, n, window int, q *ask) {
	defer c.Close()
	sent, answered := 0, 0
	tag := new(int32)
	m := &proto.Request{Tag: tag, Verb: q.m.Verb, Path: q.m.Path, Rev: q.m.Rev, Value: q.m.Value}
	send := func(k int) {
		for ; k > 0 && sent < n; k-- {
			*tag = int32(sent)
			c.Queue(m)
			sent++
		}
		c.Flush()
	}
	send(window)
	for answered < n {
		if err := c.Read(); err != nil {
			b.Error(err)
			return
		}
		k := 0
		for _, ok := c.Next(); ok; _, ok = c.Next() {
			k++
		}
		answered += k
		send(k)
	}
}
