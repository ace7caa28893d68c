package main

import (
	"math/bits"
	"time"
)

// histBits is how many bits of a duration below its highest are kept: the
// error is at most one part in 128.
const histBits = 7

// hist counts durations in buckets whose width grows with the duration. The
// zero hist is empty.
type hist struct {
	buckets [(64 - histBits) << histBits]uint32
	n       int
	sum     time.Duration
}

// bucketOf: durations of the same bit length are spread over 1<<histBits buckets.
func bucketOf(d time.Duration) int {
	v := uint64(max(d, 0))
	shift := max(bits.Len64(v)-1-histBits, 0)
	return shift<<histBits + int(v>>shift)
}

// durationOf is the middle of bucket i.
func durationOf(i int) time.Duration {
	shift := max(i>>histBits-1, 0)
	low := uint64(i-shift<<histBits) << shift
	return time.Duration(low + (1<<shift-1)/2)
}

func (h *hist) add(d time.Duration) {
	h.buckets[bucketOf(d)]++
	h.n++
	h.sum += d
}

func (h *hist) merge(o *hist) {
	for i, c := range o.buckets {
		h.buckets[i] += c
	}
	h.n += o.n
	h.sum += o.sum
}

// quantile is the duration that a share q, from 0 to 1, is at or below.
func (h *hist) quantile(q float64) time.Duration {
	left := int(q * float64(h.n))
	for i, c := range h.buckets {
		if left -= int(c); left < 0 {
			return durationOf(i)
		}
	}
	return 0
}

func (h *hist) mean() time.Duration {
	if h.n == 0 {
		return 0
	}
	return h.sum / time.Duration(h.n)
}
