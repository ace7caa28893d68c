package client

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ha/doozer/proto"
)

// echoes answers every request at once, as fast as it can.
func echoes(b *testing.B) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go echo(proto.NewConn(nc, proto.ConnConfig{}))
		}
	}()
	return l.Addr().String()
}

func echo(c *proto.Conn) {
	defer c.Close()
	var q proto.Call
	r := &proto.Response{Tag: new(int32), Flags: ptr[int32](3), Rev: ptr[int64](1 << 20)}
	for c.Read() == nil {
		for frame, ok := c.Next(); ok; frame, ok = c.Next() {
			if q.Decode(frame) != nil {
				return
			}
			*r.Tag = q.Tag
			c.Queue(r)
		}
		c.Flush()
	}
}

// BenchmarkSet is the cost of the client and the loopback network alone, for
// as many callers at once on one connection.
func BenchmarkSet(b *testing.B) {
	for _, callers := range []int{1, 16, 64, 256, 1024} {
		b.Run(fmt.Sprint("callers=", callers), func(b *testing.B) {
			c, err := Dial(b.Context(), echoes(b))
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			value := make([]byte, 64)
			var left atomic.Int64
			left.Store(int64(b.N))
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for range callers {
				wg.Go(func() {
					for left.Add(-1) >= 0 {
						if _, err := c.Set(b.Context(), "/bench/key", Clobber, value); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
		})
	}
}
