package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/store"
)

// told is a slog.Handler that passes on what is logged.
type told struct {
	slog.Handler
	records chan slog.Record
}

func newTold() told { return told{slog.DiscardHandler, make(chan slog.Record, 1000)} }

func (h told) Enabled(context.Context, slog.Level) bool { return true }

func (h told) Handle(_ context.Context, r slog.Record) error {
	h.records <- r
	return nil
}

// next is the next line that says some text.
func (h told) next(t *testing.T, text string) slog.Record {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case r := <-h.records:
			if strings.Contains(r.Message, text) {
				return r
			}
		case <-late:
			t.Fatal("nobody says: " + text)
		}
	}
}

// following has a follower follow a node into a new folder, until the test ends.
func following(t *testing.T, addr string, log slog.Handler) *follower {
	t.Helper()
	dir := t.TempDir()
	j, err := journal.Open(dir, journal.Config{Log: slog.New(log)})
	assert.Equal(t, nil, err)
	f, err := newFollower(t.Context(), &runConfig{dir: dir, addr: addr}, j, slog.New(log))
	assert.Equal(t, nil, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		assert.Equal(t, nil, <-ended)
		assert.Equal(t, nil, errors.Join(f.c.Close(), j.Close()))
	})
	return f
}

// A cluster so busy that it forgets a revision before a snapshot of it is taken is asked for one again after a pause, which
// becomes longer; and no changes are said to be missing where nothing was there yet.
func TestBaseFails(t *testing.T) {
	n, addr, end, err := serveWith(store.Config{History: 10})
	assert.Equal(t, nil, err)
	defer end()
	n.do(func() {
		err = n.write(nameFile, "c")
		n.rush = 2000
	})
	assert.Equal(t, nil, err)
	log := newTold()
	f := following(t, addr, log)
	first := log.next(t, "cannot begin with a snapshot").Time
	second := log.next(t, "cannot begin with a snapshot").Time
	h := f.state.get(time.Now())
	assert.T(t, h.Gaps == 0 && h.Durable == 0, h)
	n.do(func() { n.rush = 0 })
	third := log.next(t, "saved a snapshot of the cluster").Time
	assert.T(t, second.Sub(first) >= retryPause && third.Sub(second) >= 2*retryPause, second.Sub(first), third.Sub(second))
}

func TestBackoff(t *testing.T) {
	var b backoff
	for _, want := range []int{1, 2, 4, 8, 16, 30, 30} {
		b.longer()
		assert.Equal(t, time.Duration(want)*time.Second, time.Duration(b))
	}
}
