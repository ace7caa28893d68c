package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/proto"
)

// Answers in reverse order find the callers that they belong to.
func TestAnswersByTag(t *testing.T) {
	const n = 200
	c, p := pipe(t)
	go func() {
		var rs []*proto.Response
		for range n {
			q := p.recv()
			r := answer(q, 3)
			r.Value = []byte(q.GetPath())
			rs = append([]*proto.Response{r}, rs...)
		}
		p.send(rs...)
	}()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			path := fmt.Sprintf("/%d", i)
			v, _, err := c.Get(soon(t), path)
			if err != nil || string(v) != path {
				t.Errorf("get %s: %q, %v", path, v, err)
			}
		})
	}
	wg.Wait()
}

type writeCounter struct {
	net.Conn
	writes atomic.Int32
}

func (w *writeCounter) Write(b []byte) (int, error) {
	w.writes.Add(1)
	return w.Conn.Write(b)
}

func TestBurstGoesOutInFewWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 100
		ours, theirs := net.Pipe()
		counter := &writeCounter{Conn: ours}
		c := pinned(counter)
		p := &peer{t: t, nc: theirs}
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				if err := c.Nop(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait() // the first write waits for the peer to read
		for range n {
			q := p.recv()
			wg.Go(func() { p.send(answer(q, 3)) })
		}
		wg.Wait()
		writes := counter.writes.Load()
		assert.T(t, writes <= 4, writes)
		c.Close()
	})
}

func TestContextEndsCall(t *testing.T) {
	c, p := pipe(t)
	ctx, cancel := context.WithCancel(soon(t))
	failed := make(chan error, 1)
	go func() {
		_, err := c.Wait(ctx, "/**", 1)
		failed <- err
	}()
	q := p.expect(proto.Request_WAIT)
	cancel()
	err := <-failed
	assert.T(t, errors.Is(err, context.Canceled))
	assert.T(t, !errors.Is(err, ErrOutcomeUnknown))
	end := p.expect(proto.Request_CANCEL)
	assert.Equal(t, q.GetTag(), end.GetOtherTag())
	assert.NotEqual(t, q.GetTag(), end.GetTag())

	// Late answers bother nobody.
	p.send(event(q, 4, "/a", "", 1), answer(end, 3), answer(&proto.Request{}, 3))
	go func() { p.send(answer(p.expect(proto.Request_NOP), 3)) }()
	assert.Equal(t, nil, c.Nop(soon(t)))
}

func TestAbandonedWriteIsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := pipe(t)
		go func() {
			for p.recv() != nil {
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.Set(ctx, "/a", 0, nil)
		assert.T(t, errors.Is(err, ErrOutcomeUnknown))
		assert.T(t, errors.Is(err, context.DeadlineExceeded))

		// This one was never sent.
		_, err = c.Set(ctx, "/a", 0, nil)
		assert.T(t, !errors.Is(err, ErrOutcomeUnknown))
		assert.T(t, errors.Is(err, context.DeadlineExceeded))
		c.Close()
		p.nc.Close()
	})
}

func TestLostConnection(t *testing.T) {
	c, p := pipe(t)
	errs := make(chan error, 3)
	go func() { _, _, err := c.Get(soon(t), "/a"); errs <- err }()
	go func() { _, err := c.Set(soon(t), "/a", 0, nil); errs <- err }()
	w, err := c.Watch(soon(t), "/**", 1)
	assert.Equal(t, nil, err)
	go func() { _, err := w.Next(); errs <- err }()
	for range 3 {
		p.recv()
	}
	p.nc.Close()
	unknown := 0
	for range 3 {
		err := <-errs
		assert.T(t, errors.Is(err, ErrLost), err)
		if errors.Is(err, ErrOutcomeUnknown) {
			unknown++
		}
	}
	assert.Equal(t, 1, unknown)
	_, err = c.Set(soon(t), "/a", 0, nil)
	assert.T(t, errors.Is(err, ErrLost), err)
	assert.T(t, !errors.Is(err, ErrOutcomeUnknown), err)
	assert.Equal(t, "set /a: connection lost: the node closed it", err.Error())
}

func TestCloseEndsCalls(t *testing.T) {
	c, p := pipe(t)
	errs := make(chan error, 1)
	go func() { errs <- c.Nop(soon(t)) }()
	p.expect(proto.Request_NOP)
	c.Close()
	assert.T(t, errors.Is(<-errs, ErrClosed))
	assert.T(t, errors.Is(c.Nop(soon(t)), ErrClosed))
}

func TestGarbageEndsConnection(t *testing.T) {
	for _, garbage := range []string{"\xff\xff\xff\xff", "\x00\x00\x00\x01\xff"} {
		c, p := pipe(t)
		go func() {
			p.recv()
			p.nc.Write([]byte(garbage))
		}()
		err := c.Nop(soon(t))
		assert.T(t, errors.Is(err, ErrLost), err)
	}
}

// A node that does not read holds callers up, but not beyond their contexts,
// and what waits is bounded.
func TestBackPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, p := pipe(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		value := []byte(strings.Repeat("x", maxWaiting/4))
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				_, err := c.Set(ctx, "/a", 0, value)
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		waiting := c.link.cur.Load().frames.Pending()
		assert.T(t, waiting < 2*maxWaiting, waiting)
		wg.Wait()
		go func() {
			for q := p.recv(); q != nil; q = p.recv() {
				if q.GetVerb() == proto.Request_NOP {
					p.send(answer(q, 3))
				}
			}
		}()
		assert.Equal(t, nil, c.Nop(t.Context()))
		c.Close()
		p.nc.Close()
	})
}

func TestTooLargeForAFrame(t *testing.T) {
	c, p := pipe(t)
	_, err := c.Set(soon(t), "/a", 0, make([]byte, proto.MaxFrame))
	assert.T(t, errors.Is(err, ErrValueTooLarge), err)
	assert.T(t, !errors.Is(err, ErrOutcomeUnknown), err)
	_, _, err = c.Get(soon(t), "/"+strings.Repeat("a", proto.MaxFrame))
	assert.T(t, errors.Is(err, ErrBadPath), "a path too long")
	go func() { p.send(answer(p.recv(), 3)) }()
	assert.Equal(t, nil, c.Nop(soon(t)))
}

func TestTagsWrapAround(t *testing.T) {
	c := &conn{tag: math.MaxInt32 - 1, open: map[int32]pending{1: {}, 2: {}}}
	assert.Equal(t, int32(math.MaxInt32), c.nextTag())
	assert.Equal(t, int32(3), c.nextTag())
}

// Whatever a node sends, a client survives it.
func FuzzAnswers(f *testing.F) {
	f.Add(proto.AppendFrame(nil, event(&proto.Request{Tag: ptr[int32](1)}, 5, "/a", "x", 1)))
	f.Add(proto.AppendFrame(nil, refusal(&proto.Request{Tag: ptr[int32](2)}, 5, "no")))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, p := pipe(t)
		w, err := c.Watch(soon(t), "/**", 1)
		if err != nil {
			t.Fatal(err)
		}
		p.recv()
		go func() {
			for p.recv() != nil {
			}
		}()
		p.nc.Write(b)
		p.nc.Close()
		for err == nil {
			_, err = w.Next()
		}
	})
}
