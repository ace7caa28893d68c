package main

import (
	"sync"
	"time"
)

// slice is how finely a timeline tells when answers came.
const slice = time.Millisecond

// timeline counts the answers in each slice of time since its beginning. It belongs to one goroutine.
type timeline struct {
	begin  time.Time
	counts []uint32
}

func (t *timeline) add(at time.Time) {
	i := t.place(at)
	for i >= len(t.counts) {
		t.counts = append(t.counts, 0)
	}
	t.counts[i]++
}

// place is the slice that a time is in.
func (t *timeline) place(at time.Time) int { return int(max(at.Sub(t.begin), 0) / slice) }

// merge adds what another, of the same beginning, counted.
func (t *timeline) merge(o *timeline) {
	for len(t.counts) < len(o.counts) {
		t.counts = append(t.counts, 0)
	}
	for i, n := range o.counts {
		t.counts[i] += n
	}
}

// rate is how many answers a second came from one time until another.
func (t *timeline) rate(from, to time.Time) float64 {
	sum := 0
	for i := t.place(from); i < min(t.place(to), len(t.counts)); i++ {
		sum += int(t.counts[i])
	}
	return float64(sum) / to.Sub(from).Seconds()
}

// pause is the longest time without an answer, from one time until another; two slices too long at most.
func (t *timeline) pause(from, to time.Time) time.Duration {
	longest, run := 0, 0
	for i := t.place(from); i < t.place(to); i++ {
		if i < len(t.counts) && t.counts[i] > 0 {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return time.Duration(longest+1) * slice
}

// trace is the timelines of a load, one a connection. A nil trace has none.
type trace struct {
	begin time.Time
	mu    sync.Mutex
	lines []*timeline
}

func newTrace() *trace { return &trace{begin: time.Now()} }

// line makes the timeline of one more connection.
func (t *trace) line() *timeline {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, &timeline{begin: t.begin})
	return t.lines[len(t.lines)-1]
}

// all is the timeline of all connections together, once the load is over.
func (t *trace) all() *timeline {
	sum := &timeline{begin: t.begin}
	for _, l := range t.lines {
		sum.merge(l)
	}
	return sum
}

// pause is the longest time that any one connection had no answer, from one time until another.
func (t *trace) pause(from, to time.Time) (longest time.Duration) {
	for _, l := range t.lines {
		longest = max(longest, l.pause(from, to))
	}
	return longest
}
