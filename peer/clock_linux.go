package peer

import (
	"time"

	"golang.org/x/sys/unix"
)

// monotonic is nanoseconds since the machine's start, by a clock that goes on
// while the machine is suspended: a node must know that it slept.
func monotonic() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		panic("peer: no clock: " + err.Error()) // every kernel that Go runs on has it
	}
	return int64(time.Duration(ts.Sec)*time.Second + time.Duration(ts.Nsec))
}
