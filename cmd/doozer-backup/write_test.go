package main

import (
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/journal"
)

var errEnough = errors.New("enough")

// A change after a time without any is durable at once. Those of a busy cluster do not cost a
// commit each.
func TestBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := slog.New(slog.DiscardHandler)
		j, err := journal.Open(t.TempDir(), journal.Config{Log: log})
		assert.Equal(t, nil, err)
		defer j.Close()
		assert.Equal(t, nil, j.Begin("test", "id", 1))
		f := &follower{j: j, state: newState(""), log: log, every: new(fsync).pause(), fresh: make(chan struct{}, 1)}
		q := newQueue()
		ended := make(chan error)
		go func() { ended <- (&writer{follower: f, q: q}).run(t.Context()) }()
		const busy = 1000
		for rev := int64(2); rev < 2+busy; rev++ {
			r := &journal.Record{Rev: rev, Changes: []*journal.Change{{Path: "/a"}}}
			assert.Equal(t, nil, q.put(t.Context(), []*journal.Record{r}, 1))
			if rev == 2 {
				synctest.Wait()
				assert.Equal(t, rev, f.state.durableRev())
			}
			time.Sleep(100 * time.Microsecond)
		}
		q.end(errEnough)
		assert.Equal(t, errEnough, <-ended)
		assert.Equal(t, int64(1+busy), j.Rev())
		commits := commitsOf(t, f.state.m)
		assert.T(t, commits > 10 && commits <= 22, commits) // in 100 ms
	})
}

// commitsOf is how many commits the metrics tell of.
func commitsOf(t *testing.T, m *metrics) int {
	all, err := m.registry.Gather()
	assert.Equal(t, nil, err)
	for _, family := range all {
		if family.GetName() == namespace+"_commit_duration_seconds" {
			return int(family.GetMetric()[0].GetHistogram().GetSampleCount())
		}
	}
	t.Fatal("no such metric")
	return 0
}
