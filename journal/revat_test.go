package journal_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/journal"
)

// The latest revision of a time, also where the clock was set back.
func TestRevAt(t *testing.T) {
	w := newWriter(t)
	w.begin(10)
	w.put(20, 30)
	w.Rotate()
	w.put(40)
	w.putAt(41, seconds(25)) // the clock was set back
	w.putAt(42, seconds(45))
	w.begin(60)
	a := w.read()
	for at, want := range map[int64]int64{10: 10, 19: 10, 20: 20, 24: 20, 25: 41, 39: 41, 44: 41, 45: 42, 59: 42, 60: 60, 1e6: 60} {
		rev, err := a.RevAt(time.Unix(at, 0), nil)
		assert.Equal(t, nil, err, at)
		assert.Equal(t, want, rev, at)
	}
	_, err := a.RevAt(time.Unix(9, 0).UTC(), nil)
	assert.T(t, errors.Is(err, journal.ErrMissing), err)
	assert.T(t, strings.HasSuffix(err.Error(), "the oldest is of 1970-01-01T00:00:10Z"), err)
}
