package main

import (
	"flag"
	"time"
)

// The simulator's flags mean nothing here, but `go test ./consensus/...` hands
// them to the tests of every package.
var (
	_ = flag.Uint64("seed", 0, "see package sim")
	_ = flag.Duration("simtime", 0*time.Second, "see package sim")
	_ = flag.Int("schedules", 0, "see package sim")
)
