//go:build !linux

package peer

import "time"

// lease is consensus.Config.Lease: none, since this clock can be set.
const lease = -1

// monotonic is nanoseconds since 1970, by the wall clock: it goes on while
// the machine is suspended, which Go's own monotonic clock may not. The loop
// sees to it that it never goes back.
func monotonic() int64 { return time.Now().UnixNano() }
