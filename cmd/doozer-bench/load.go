package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// answerTime is for the last answers, after the end of a load.
const answerTime = 5 * time.Second

// load is one measurement.
type load struct {
	template    *template
	on          *server // connection i goes to its i-th address, round about
	outstanding int
	conns       int           // connections that they are divided over; no more than outstanding
	keys        int           // how many files are asked for
	offset      int           // which address and key come first
	warm, time  time.Duration // before counting; of counting
	count       int           // not 0: each connection ends after so many requests
	trace       *trace        // not nil: is told when answers came
}

// sample is what a load measured.
type sample struct {
	rate           float64 // answers a second
	mean, p50, p99 time.Duration
	cpu            time.Duration // of the server's processes, for an answer
}

// run connects, keeps the requests outstanding, and checks every answer.
func (l load) run(ctx context.Context) (sample, error) {
	callers, err := l.dial(ctx)
	if err != nil {
		return sample{}, err
	}
	before := l.on.cpu()
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
		err = errors.Join(l.checkSent(callers), l.checkRevs(callers))
	}
	return l.sample(callers, l.on.cpu()-before), err
}

// dial makes the connections, and divides the outstanding requests over them.
func (l load) dial(ctx context.Context) ([]*caller, error) {
	left := math.MaxInt
	if l.count > 0 {
		left = l.count
	}
	callers := make([]*caller, 0, l.conns)
	for i := range l.conns {
		own, err := dialLink(ctx, l.on.addrs[(i+l.offset)%len(l.on.addrs)])
		if err != nil {
			closeAll(callers)
			return nil, err
		}
		t := *l.template
		t.frame = bytes.Clone(t.frame)
		first := (i*l.keys/l.conns + l.offset*keyStride) % l.keys
		callers = append(callers, &caller{
			link:   own,
			t:      &t,
			keys:   keys{first, l.keys},
			slots:  make([]slot, (l.outstanding+i)/l.conns),
			left:   left,
			inTime: newHist(),
			trace:  l.trace.line(),
		})
	}
	return callers, nil
}

func closeAll(callers []*caller) {
	for _, c := range callers {
		c.link.conn.Close()
	}
}

// checkSent says whether all was sent in time that there was to send, if that is what ends the load.
func (l load) checkSent(callers []*caller) error {
	left := 0
	for _, c := range callers {
		left += c.left
	}
	if l.count > 0 && left > 0 {
		return fmt.Errorf("%d requests of %d were not sent within %v", left, l.count*l.conns, l.time)
	}
	return nil
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

// sample sums up what the callers saw; cpu is what the server took meanwhile, also outside the window.
func (l load) sample(callers []*caller, cpu time.Duration) sample {
	all, answers := newHist(), 0
	for _, c := range callers {
		all.merge(c.inTime)
		answers += c.answers
	}
	return sampleOf(all, l.time, cpu, answers)
}

// sampleOf sums up the latencies of answers in a window of so long, and the CPU for all answers.
func sampleOf(inTime hist, length, cpu time.Duration, answers int) sample {
	return sample{
		rate: float64(inTime.count()) / length.Seconds(),
		mean: inTime.mean(),
		p50:  inTime.quantile(0.50),
		p99:  inTime.quantile(0.99),
		cpu:  cpu / time.Duration(max(answers, 1)),
	}
}
