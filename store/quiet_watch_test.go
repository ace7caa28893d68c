package store

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bmizerany/assert"
)

// A quiet watch never returns anything more of what it was offered: looked at from beside, while a writer
// writes and a reader reads, in bursts that the watch has to search the history for.
func TestQuietWatchIsDone(t *testing.T) {
	const batches, each = 700, 300
	s, err := New(Config{History: 1 << 30})
	assert.Equal(t, nil, err)
	w, err := s.Watch(mustGlob(t, "/q/*"), 1)
	assert.Equal(t, nil, err)
	var done atomic.Int64 // nothing more comes up to there
	var running sync.WaitGroup
	stop := make(chan struct{})
	quiet := 0
	running.Go(func() {
		for last := false; !last; {
			select {
			case <-stop:
				last = true
			default:
			}
			if rev := s.Offered(); w.Quiet() {
				done.Store(max(rev, done.Load()))
				quiet++
			}
		}
	})
	running.Go(func() {
		var buf []Event
		for seen := int64(0); seen < batches*each; {
			known := done.Load()
			buf, err = w.Next(buf[:0], 100)
			if err != nil {
				t.Error(err)
				return
			}
			for _, ev := range buf {
				if ev.Seqn <= known {
					t.Errorf("a change of %d, and the watch was done with %d", ev.Seqn, known)
				}
				seen = ev.Seqn
			}
			if len(buf) == 0 {
				<-w.Ready()
			}
		}
		_, _ = w.Next(nil, 1)
	})
	var entries []Entry
	for b := range int64(batches) {
		entries = entries[:0]
		for i := range int64(each) {
			at, dir := b*each+i+1, "/other"
			if b%7 == 0 && i > 5 || i == each-1 {
				dir = "/q"
			}
			m, err := EncodeSet(fmt.Sprintf("%s/%d", dir, i), nil, Clobber)
			assert.Equal(t, nil, err)
			entries = append(entries, Entry{at, m})
		}
		s.Apply(entries, (b+1)*each, nil)
	}
	until := s.View().Applied()
	for done.Load() < until {
		assert.T(t, !t.Failed())
	}
	close(stop)
	running.Wait()
	assert.T(t, quiet > 0)
}
