package main

import (
	"context"
	"fmt"
	"math"
	"time"
)

// answerTime is for the last answers, after the end of a load.
const answerTime = 5 * time.Second

// load is one measurement.
type load struct {
	template    *template
	addrs       []string // connection i goes to the i-th, round about
	outstanding int
	conns       int           // connections that they are divided over; no more than outstanding
	keys        int           // how many files are asked for
	offset      int           // which address and key come first
	warm, time  time.Duration // before counting; of counting
	count       int           // not 0: each connection ends after so many requests
}

// sample is what a load measured.
type sample struct {
	rate           float64 // answers a second
	mean, p50, p99 time.Duration
}

// run connects, keeps the requests outstanding, and checks every answer.
func (l load) run(ctx context.Context) (sample, error) {
	callers, err := l.dial(ctx)
	if err != nil {
		return sample{}, err
	}
	begin := time.Now().Add(l.warm)
	win := window{begin, begin.Add(l.time)}
	results := make(chan error, len(callers))
	stop := context.AfterFunc(ctx, func() { closeAll(callers) })
	defer stop()
	defer closeAll(callers)
	for _, c := range callers {
		c.win = win
		c.link.conn.SetDeadline(win.end.Add(answerTime))
		go func() {
			err := c.run()
			results <- err
			if err != nil {
				closeAll(callers) // the first error ends them all
			}
		}()
	}
	for range callers {
		if e := <-results; err == nil && e != nil {
			err = e
		}
	}
	if err == nil {
		err = l.checkRevs(callers)
	}
	return l.sample(callers), err
}

// dial makes the connections, and divides the outstanding requests over them.
func (l load) dial(ctx context.Context) ([]*caller, error) {
	left := math.MaxInt
	if l.count > 0 {
		left = l.count
	}
	callers := make([]*caller, 0, l.conns)
	for i := range l.conns {
		own, err := dialLink(ctx, l.addrs[(i+l.offset)%len(l.addrs)])
		if err != nil {
			closeAll(callers)
			return nil, err
		}
		t := *l.template
		t.frame = append([]byte(nil), t.frame...)
		first := (i*l.keys/l.conns + l.offset*keyStride) % l.keys
		callers = append(callers, &caller{
			link:  own,
			t:     &t,
			keys:  keys{first, l.keys},
			slots: make([]slot, (l.outstanding+i)/l.conns),
			left:  left,
		})
	}
	return callers, nil
}

func closeAll(callers []*caller) {
	for _, c := range callers {
		c.link.conn.Close()
	}
}

// checkRevs holds the number of SETs answered against the revisions that
// they were answered with: each makes one.
func (l load) checkRevs(callers []*caller) error {
	if l.template.kind != kindSet {
		return nil
	}
	n, lo, hi := 0, callers[0].lo, callers[0].hi
	for _, c := range callers {
		n += c.answers
		lo, hi = min(lo, c.lo), max(hi, c.hi)
	}
	if hi-lo+1 < int64(n) {
		return fmt.Errorf("%d SETs were answered with revisions %d to %d", n, lo, hi)
	}
	return nil
}

func (l load) sample(callers []*caller) sample {
	var all hist
	for _, c := range callers {
		all.merge(&c.inTime)
	}
	return sample{
		rate: float64(all.n) / l.time.Seconds(),
		mean: all.mean(),
		p50:  all.quantile(0.50),
		p99:  all.quantile(0.99),
	}
}
