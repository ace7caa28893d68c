package main

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"
)

// told makes a fanout to so many watchers, of which each is told of a change within a millisecond.
func told(t *testing.T, watchers int, deaf bool) *fanout {
	orders := make([]order, watchers)
	var mu sync.Mutex
	var f *fanout
	f = newFanout("/dir", watchers, func(ctx context.Context, w int, value []byte) error {
		for i := range orders {
			if deaf && i == 0 {
				continue
			}
			mu.Lock()
			err := f.tell(&orders[i], watchPath("/dir", w), value)
			mu.Unlock()
			if err != nil {
				return err
			}
		}
		time.Sleep(time.Millisecond)
		return nil
	})
	return f
}

func TestFanout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := told(t, 10, false)
		for range 2 {
			rate, err := f.run(t.Context(), 10*time.Millisecond, 100*time.Millisecond)
			assert.Equal(t, nil, err)
			assert.T(t, rate >= 9*watchDepth*1000 && rate <= 11*watchDepth*1000, rate) // a thousand times a second, each writer
			assert.Equal(t, watchDepth, len(f.tokens))
		}
	})
}

func TestFanoutMissesChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := told(t, 10, true).run(t.Context(), time.Millisecond, time.Second)
		assert.T(t, err != nil && strings.Contains(err.Error(), "not told"), err)
	})
}

func TestFanoutFails(t *testing.T) {
	failed := errors.New("failed")
	synctest.Test(t, func(t *testing.T) {
		f := newFanout("/dir", 1, func(context.Context, int, []byte) error { return failed })
		_, err := f.run(t.Context(), time.Second, time.Second)
		assert.T(t, errors.Is(err, failed), err)
		f = told(t, 10, false)
		f.fail(failed)
		_, err = f.run(t.Context(), time.Second, time.Second)
		assert.T(t, errors.Is(err, failed), err)
	})
}

func TestOrder(t *testing.T) {
	var o order
	assert.Equal(t, nil, o.take(3, watchValue(0)))
	assert.Equal(t, nil, o.take(3, watchValue(1)))
	assert.NotEqual(t, nil, o.take(3, watchValue(3)))
	assert.NotEqual(t, nil, o.take(watchDepth, watchValue(0)))
	assert.NotEqual(t, nil, o.take(writerOf("/dir", "/else/01"), watchValue(0)))
	for w := range watchDepth {
		assert.Equal(t, w, writerOf("/dir", watchPath("/dir", w)))
	}
}
