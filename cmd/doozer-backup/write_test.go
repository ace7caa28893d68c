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

// writing is a follower that may write to a new journal after revision 1, and where it gets that from.
func writing(t *testing.T, every time.Duration) (*follower, *queue) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	j, err := journal.Open(t.TempDir(), journal.Config{Log: log})
	assert.Equal(t, nil, err)
	t.Cleanup(func() { j.Close() })
	assert.Equal(t, nil, j.Begin("test", "id", 1))
	return &follower{j: j, state: newState(""), log: log, every: every, fresh: make(chan struct{}, 1)}, newQueue()
}

// A change after a time without any is durable at once. Those of a busy cluster do not cost a
// commit each.
func TestBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, q := writing(t, new(fsync).pause())
		ended := make(chan error)
		go func() { ended <- (&writer{follower: f, q: q}).run(t.Context()) }()
		const busy = 1000
		for rev := int64(2); rev < 2+busy; rev++ {
			r := &journal.Record{Rev: rev, Changes: []*journal.Change{{Path: "/a"}}}
			assert.Equal(t, nil, q.put(t.Context(), []*journal.Record{r}))
			if rev == 2 {
				synctest.Wait()
				assert.Equal(t, rev, f.state.durableRev())
			}
			time.Sleep(100 * time.Microsecond)
		}
		q.end(errEnough)
		assert.Equal(t, errEnough, <-ended)
		assert.Equal(t, int64(1+busy), f.j.Rev())
		commits := commitsOf(t, f.state.m)
		assert.T(t, commits > 10 && commits <= 22, commits) // in 100 ms
	})
}

// What is more than one commit takes is not kept waiting, and no commit is larger.
func TestLargeBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, q := writing(t, time.Minute)
		for rev := int64(2); rev < 2+20; rev++ {
			r := &journal.Record{Rev: rev, Changes: []*journal.Change{{Path: "/a", Value: make([]byte, 1<<20)}}}
			assert.Equal(t, nil, q.put(t.Context(), []*journal.Record{r}))
		}
		ended := make(chan error)
		go func() { ended <- (&writer{follower: f, q: q}).run(t.Context()) }()
		synctest.Wait()
		assert.Equal(t, int64(21), f.state.durableRev())
		assert.Equal(t, 3, commitsOf(t, f.state.m))
		q.end(errEnough)
		assert.Equal(t, errEnough, <-ended)
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
