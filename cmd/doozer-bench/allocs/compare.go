package main

import "fmt"

// slack is how many bytes may come to an operation whatever there were: growth that is shared by many operations makes some.
// Allocations have none. One that comes to an operation with none is what the check is for; and what is shared by
// many operations is no whole allocation of any.
const slack = 64

// compare tells what is worse than it was: twice the allocations, or twice the bytes and some; a benchmark that is gone,
// or that the table lacks. What is better by as much is no error, but then the table does not guard it yet.
func compare(was, now table) (worse, better []string) {
	before := map[string]figures{}
	for _, f := range was {
		before[f.String()] = f
	}
	for _, f := range now {
		old, known := before[f.String()]
		delete(before, f.String())
		switch {
		case !known:
			worse = append(worse, fmt.Sprintf("%s: not in %s", &f, tablePath))
		case doubled(old.allocs, f.allocs, 0):
			worse = append(worse, fmt.Sprintf("%s: %v allocs/op, and there were %v", &f, f.allocs, old.allocs))
		case doubled(old.bytes, f.bytes, slack):
			worse = append(worse, fmt.Sprintf("%s: %v B/op, and there were %v", &f, f.bytes, old.bytes))
		case doubled(f.allocs, old.allocs, 0):
			better = append(better, fmt.Sprintf("%s: %v allocs/op, and there were %v: make allocs-update", &f, f.allocs, old.allocs))
		}
	}
	for _, f := range was {
		if _, gone := before[f.String()]; gone {
			worse = append(worse, fmt.Sprintf("%s: did not run, and is in %s", &f, tablePath))
		}
	}
	return worse, better
}

// doubled reports whether now is twice of what was, or more, and above it by more than slack.
func doubled(was, now, slack float64) bool { return now >= 2*was && now > was+slack }
