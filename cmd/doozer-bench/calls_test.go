package main

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"
)

// fakeClients answer after a millisecond, but as answer says.
type fakeClients struct {
	answer func(ctx context.Context, n int) error
	n      atomic.Int32
	sets   [3]atomic.Int32 // by connection
	closed atomic.Bool
}

func (f *fakeClients) conns() int { return len(f.sets) }
func (f *fakeClients) close()     { f.closed.Store(true) }

func (f *fakeClients) set(ctx context.Context, conn, key int) error {
	f.sets[conn].Add(1)
	return f.get(ctx, conn, key)
}

func (f *fakeClients) get(ctx context.Context, _, _ int) error {
	time.Sleep(time.Millisecond)
	return f.answer(ctx, int(f.n.Add(1)))
}

func fakeCalls(k kind, answer func(context.Context, int) error) (*calls, *fakeClients) {
	f := &fakeClients{answer: answer}
	return &calls{
		clients: f, kind: k, on: &server{}, outstanding: 6, keys: benchKeys, warm: 100 * time.Millisecond, time: time.Second,
	}, f
}

func TestCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, f := fakeCalls(kindSet, func(context.Context, int) error { return nil })
		got, err := l.run(t.Context())
		assert.Equal(t, nil, err)
		assert.Equal(t, 6000.0, got.rate)
		off := got.p50 - time.Millisecond
		assert.T(t, max(off, -off) <= 10*time.Microsecond, got)
		for i := range f.sets {
			assert.Equal(t, int32(2200), f.sets[i].Load())
		}
		assert.T(t, !f.closed.Load())
	})
}

func TestCallsFail(t *testing.T) {
	failed := errors.New("failed")
	for name, patience := range map[string]time.Duration{"without": 0, "with": time.Second} {
		synctest.Test(t, func(t *testing.T) {
			l, f := fakeCalls(kindGet, func(_ context.Context, n int) error {
				if n == 50 {
					return failed
				}
				return nil
			})
			l.patience = patience
			_, err := l.run(t.Context())
			assert.Equal(t, patience == 0, errors.Is(err, failed), name)
			assert.Equal(t, patience == 0, f.closed.Load(), name)
		})
	}
}

func TestCallsNeverBearAWrongAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := fakeCalls(kindGet, func(_ context.Context, n int) error { return checkValue(callValue(n), n+n/50) })
		l.patience = time.Second
		_, err := l.run(t.Context())
		assert.T(t, errors.Is(err, errWrong), err)
	})
}

func TestCallsAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := fakeCalls(kindGet, func(ctx context.Context, n int) error {
			if n == 1 {
				<-ctx.Done()
			}
			return ctx.Err()
		})
		l.patience, l.trace = 200*time.Millisecond, newTrace()
		got, err := l.run(t.Context())
		assert.Equal(t, nil, err)
		assert.T(t, got.rate < 6000, got)
		to := l.trace.begin.Add(l.time)
		assert.T(t, l.trace.pause(l.trace.begin, to) >= l.patience)
		assert.T(t, l.trace.all().pause(l.trace.begin, to) < 10*time.Millisecond)
	})
}

func TestCallsEndWithoutAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := fakeCalls(kindGet, func(ctx context.Context, _ int) error {
			<-ctx.Done()
			return ctx.Err()
		})
		_, err := l.run(t.Context())
		assert.T(t, err != nil, err)
	})
}
