package peer

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// lease is consensus.Config.Lease: the default.
const lease = 0

// monotonic is nanoseconds since the machine's start, by a clock that goes on
// while the machine is suspended: a node must know that it slept. The call is
// raw, since it never blocks: so it costs a tenth of a microsecond, and does not
// wake a thread of the scheduler's.
func monotonic() int64 {
	var ts unix.Timespec
	_, _, errno := unix.RawSyscall(unix.SYS_CLOCK_GETTIME, unix.CLOCK_BOOTTIME, uintptr(unsafe.Pointer(&ts)), 0)
	if errno != 0 {
		panic("peer: no clock: " + errno.Error()) // every kernel that Go runs on has it
	}
	return ts.Nano()
}
