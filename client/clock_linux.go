package client

import (
	"time"

	"golang.org/x/sys/unix"
)

// moment is a time by a clock that nobody can set, and that goes on while the machine is
// suspended, as Go's own does not: who slept must know for how long.
type moment int64 // nanoseconds

func now() moment {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		panic("client: no clock: " + err.Error()) // every kernel that Go runs on has it
	}
	return moment(ts.Nano())
}

// age is the time since m.
func (m moment) age() time.Duration { return time.Duration(now() - m) }
