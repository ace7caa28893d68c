package main

import "slices"

func rate(s sample) float64 { return s.rate }
func mean(s sample) float64 { return float64(s.mean) }
func p50(s sample) float64  { return float64(s.p50) }
func p99(s sample) float64  { return float64(s.p99) }

// middle is the median of what f takes from samples.
func middle(samples []sample, f func(sample) float64) float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = f(s)
	}
	return median(values)
}

// extremes are the least and the greatest of what f takes from samples; zeros
// of none.
func extremes(samples []sample, f func(sample) float64) (lo, hi float64) {
	for i, s := range samples {
		v := f(s)
		if i == 0 {
			lo, hi = v, v
		}
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}

// middleRatio is the median of the ratios of what f takes from two samples of
// the same round: the machine is not equally fast in all rounds.
func middleRatio(over, under []sample, f func(sample) float64) float64 {
	values := make([]float64, len(over))
	for i, s := range over {
		values[i] = f(s) / f(under[i])
	}
	return median(values)
}

// median is the middle one of values, or the mean of the two in the middle; 0
// of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	mid := len(s) / 2
	if len(s)%2 == 1 {
		return s[mid]
	}
	return (s[mid-1] + s[mid]) / 2
}
