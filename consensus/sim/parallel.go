package sim

import (
	"sync"
	"time"
)

// Summary adds up the results of many schedules.
type Summary struct {
	Schedules int
	Live      int // of these, so many ended with the check that the cluster goes on
	Steps     int
	Time      time.Duration // that passed in all their clusters
	Took      time.Duration
	Tally     Tally
	Failed    []Result // at most maxFailed
}

const maxFailed = 8

// RunMany runs the schedules of the seeds from first on, on so many workers:
// count of them, or, with count 0, as many as begin before the deadline. It
// ends early when many have failed.
func RunMany(first uint64, count int, deadline time.Time, workers int) Summary {
	var (
		mu   sync.Mutex // guards sum and next
		sum  Summary
		next = first
		from = time.Now()
		wg   sync.WaitGroup
	)
	take := func() (uint64, bool) {
		mu.Lock()
		defer mu.Unlock()
		over := count > 0 && next-first >= uint64(count) || count == 0 && time.Now().After(deadline)
		if over || len(sum.Failed) >= maxFailed {
			return 0, false
		}
		next++
		return next - 1, true
	}
	for range workers {
		wg.Go(func() {
			for seed, ok := take(); ok; seed, ok = take() {
				res := Run(seed, nil)
				mu.Lock()
				sum.add(res)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	sum.Took = time.Since(from)
	return sum
}

func (s *Summary) add(res Result) {
	s.Schedules++
	s.Steps += res.Steps
	s.Time += time.Duration(res.Time)
	s.Tally.add(&res.Tally)
	if res.Live {
		s.Live++
	}
	if res.Err != nil && len(s.Failed) < maxFailed {
		s.Failed = append(s.Failed, res)
	}
}

func (t *Tally) add(o *Tally) {
	t.Writes += o.Writes
	t.Reads += o.Reads
	t.Leased += o.Leased
	t.Events += o.Events
	t.Snapshots += o.Snapshots
	t.Unfinished += o.Unfinished
}

// Rate is how many hours passed in simulated clusters in an hour of the real
// clock.
func (s *Summary) Rate() float64 { return float64(s.Time) / float64(max(1, s.Took)) }
