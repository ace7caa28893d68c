//go:build !linux

package client

import "time"

// moment is a time by two clocks: Go's own, which may stand still while the machine is suspended,
// and the wall clock, which may be set.
type moment time.Time

func now() moment { return moment(time.Now()) }

// age is the time since m, by the clock that says more: rather a session given up than one
// kept for too long.
func (m moment) age() time.Duration {
	then, now := time.Time(m), time.Now()
	return max(now.Sub(then), now.Round(0).Sub(then.Round(0)))
}
