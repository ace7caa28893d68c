package main

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// What a hist tells apart: latencies up to histMost, with an error of at most one part in 100.
const (
	histMost   = 5 * time.Minute
	histDigits = 2
)

// hist is an HDR histogram of latencies. It belongs to one goroutine.
type hist struct{ h *hdrhistogram.Histogram }

func newHist() hist {
	return hist{hdrhistogram.New(1, int64(histMost), histDigits)}
}

func (h hist) add(d time.Duration) {
	h.h.RecordValue(int64(min(max(d, 0), histMost))) // within the bounds there is no error
}

func (h hist) merge(o hist) { h.h.Merge(o.h) }

func (h hist) count() int { return int(h.h.TotalCount()) }

// quantile is the latency that a share q, from 0 to 1, is at or below; 0 of none.
func (h hist) quantile(q float64) time.Duration {
	return time.Duration(h.h.ValueAtPercentile(100 * q))
}

func (h hist) mean() time.Duration { return time.Duration(h.h.Mean()) }
