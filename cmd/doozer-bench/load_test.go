package main

import (
	"context"
	"encoding/binary"
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// serve answers connections to a free port until the test ends.
func serve(t *testing.T, each func(*link) error) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				each(newLink(conn))
			}()
		}
	}()
	return l.Addr().String()
}

func echoLoad(t *testing.T, addr string) load {
	t.Helper()
	tmpl, err := newTemplate(kindEcho, "/dir")
	assert.Equal(t, nil, err)
	return load{
		template: tmpl, on: &server{addrs: []string{addr}}, outstanding: 16, conns: 3,
		keys: 1000, warm: time.Millisecond, time: 20 * time.Millisecond,
	}
}

func TestLoadOnEcho(t *testing.T) {
	addr := serve(t, echo)
	for _, at := range levels {
		l := echoLoad(t, addr)
		l.outstanding, l.conns = at.outstanding, at.conns
		got, err := l.run(t.Context())
		assert.Equal(t, nil, err)
		assert.T(t, got.rate > 0)
		assert.T(t, got.p50 > 0 && got.p50 <= got.p99, got)
	}
}

func TestLoadSendsAllInTime(t *testing.T) {
	l := echoLoad(t, serve(t, echo))
	l.count = math.MaxInt32
	_, err := l.run(t.Context())
	assert.T(t, err != nil && strings.Contains(err.Error(), "were not sent"), err)
}

func TestLoadTracesAnswers(t *testing.T) {
	l := echoLoad(t, serve(t, echo))
	l.conns, l.outstanding, l.count, l.time, l.trace = 2, 4, 100, time.Minute, newTrace()
	_, err := l.run(t.Context())
	assert.Equal(t, nil, err)
	sum := uint32(0)
	for _, n := range l.trace.all().counts {
		sum += n
	}
	assert.Equal(t, uint32(200), sum)
	assert.Equal(t, 2, len(l.trace.lines))
}

func TestLoadDividesTheOutstanding(t *testing.T) {
	addr := serve(t, echo)
	for _, at := range append(levels[:], level{2, 2}, level{10, 7}) {
		l := echoLoad(t, addr)
		l.outstanding, l.conns = at.outstanding, at.conns
		callers, err := l.dial(t.Context())
		assert.Equal(t, nil, err)
		sum := 0
		for _, c := range callers {
			sum += len(c.slots)
		}
		closeAll(callers)
		assert.Equal(t, at.outstanding, sum)
		assert.Equal(t, at.conns, len(callers))
	}
}

func TestLoadCounts(t *testing.T) {
	seen := make(chan int, 1)
	addr := serve(t, func(l *link) error {
		n := 0
		defer func() { seen <- n }()
		for l.read() == nil {
			for msg, _ := l.next(); msg != nil; msg, _ = l.next() {
				n++
				l.out = binary.BigEndian.AppendUint32(l.out, uint32(len(msg)))
				l.out = append(l.out, msg...)
			}
			l.flush()
		}
		return nil
	})
	l := echoLoad(t, addr)
	l.conns, l.count, l.time = 1, 100, time.Minute
	_, err := l.run(t.Context())
	assert.Equal(t, nil, err)
	assert.Equal(t, 100, <-seen)
}

func TestLoadFindsAWrongAnswer(t *testing.T) {
	addr := serve(t, func(l *link) error {
		for n := 0; l.read() == nil; {
			for msg, _ := l.next(); msg != nil; msg, _ = l.next() {
				if n++; n == 50 {
					msg[len(msg)-1] ^= 1
				}
				l.out = binary.BigEndian.AppendUint32(l.out, uint32(len(msg)))
				l.out = append(l.out, msg...)
			}
			l.flush()
		}
		return nil
	})
	_, err := echoLoad(t, addr).run(t.Context())
	assert.T(t, err != nil && strings.Contains(err.Error(), "not what was sent"), err)
}

func TestLoadFindsAMissingAnswer(t *testing.T) {
	addr := serve(t, func(l *link) error { return l.read() })
	_, err := echoLoad(t, addr).run(t.Context())
	assert.T(t, err != nil && strings.Contains(err.Error(), "not answered"), err)
}

func TestLoadEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	addr := serve(t, func(l *link) error {
		err := l.read()
		cancel()
		for err == nil {
			err = l.read() // never answers
		}
		return err
	})
	_, err := echoLoad(t, addr).run(ctx)
	assert.NotEqual(t, nil, err)
}

func TestKeysVisitsAll(t *testing.T) {
	for _, n := range []int{benchKeys, 100_000} {
		seen := make(map[int]bool)
		k := keys{next: 5, count: n}
		for range n {
			seen[k.take()] = true
		}
		assert.Equal(t, n, len(seen))
	}
}
