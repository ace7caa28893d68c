package main

import "slices"

func rate(s sample) float64 { return s.rate }
func mean(s sample) float64 { return float64(s.mean) }
func p50(s sample) float64  { return float64(s.p50) }
func p99(s sample) float64  { return float64(s.p99) }
func cpu(s sample) float64  { return float64(s.cpu) }

// values are what f takes from samples.
func values[S any](samples []S, f func(S) float64) []float64 {
	all := make([]float64, len(samples))
	for i, s := range samples {
		all[i] = f(s)
	}
	return all
}

// ratios are those of what f takes from two samples of the same round, for
// each round that has both: the machine is not equally fast in all.
func ratios(over, under []sample, f func(sample) float64) []float64 {
	all := make([]float64, min(len(over), len(under)))
	for i := range all {
		all[i] = f(over[i]) / f(under[i])
	}
	return all
}

// middle is the median of what f takes from samples.
func middle(samples []sample, f func(sample) float64) float64 { return median(values(samples, f)) }

// middleRatio is the median of the ratios.
func middleRatio(over, under []sample, f func(sample) float64) float64 {
	return median(ratios(over, under, f))
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
