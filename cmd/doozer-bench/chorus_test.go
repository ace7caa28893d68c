package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"
)

// sing makes a chorus of so many, each of whom is told a millisecond later than the one before, but for those who are deaf.
func sing(watchers, files, deaf int) (hist, error) {
	c := newChorus(watchers, files, 5)
	return c.run(context.Background(), 10*time.Millisecond, func(_ context.Context, change int) error {
		for w := range watchers - deaf {
			time.AfterFunc(time.Duration(w+1)*time.Millisecond, func() {
				for file := range files {
					o := new(order)
					o[file] = change
					if err := c.tell(o, watchPath(watchDir, file), watchValue(change)); err != nil {
						c.fail(err)
					}
				}
			})
		}
		return nil
	})
}

func TestChorus(t *testing.T) {
	for _, files := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			took, err := sing(4, files, 0)
			assert.Equal(t, nil, err)
			assert.Equal(t, 5, took.count())
			assert.Equal(t, 4*time.Millisecond, took.quantile(0.5).Round(100*time.Microsecond))
		})
	}
}

func TestChorusNotAllTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := sing(4, 1, 1)
		assert.T(t, err != nil && strings.Contains(err.Error(), "not all"), err)
	})
}

func TestChorusIsToldTooMuch(t *testing.T) {
	c := newChorus(1, 1, 1)
	o := new(order)
	assert.Equal(t, nil, c.tell(o, watchPath(watchDir, 0), watchValue(0)))
	assert.NotEqual(t, nil, c.tell(o, watchPath(watchDir, 0), watchValue(0)))
	assert.NotEqual(t, nil, c.tell(o, watchPath(watchDir, 0), watchValue(1)))
}
