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
	return sum
}

func (s *Summary) add(res Result) {
	s.Schedules++
	s.Steps += res.Steps
	if res.Live {
		s.Live++
	}
	if res.Err != nil && len(s.Failed) < maxFailed {
		s.Failed = append(s.Failed, res)
	}
}
