// Probe runs schedules of the simulator until one fails, and tells which, as a
// line of JSON. The command above it builds it against broken copies of package
// consensus.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/ha/doozer/consensus/sim"
)

// verdict is what the probe prints.
type verdict struct {
	Schedules int    // how many were run, the one that failed included
	Err       string // what was wrong with that; empty: none failed
}

func main() {
	first := flag.Uint64("first", 1, "the first seed")
	count := flag.Int("count", 100, "how many seeds to try")
	patience := flag.Duration("patience", 15*time.Second, "how long a schedule may take")
	flag.Parse()
	debug.SetGCPercent(800) // many short lives

	for i := range *count {
		watch := time.AfterFunc(*patience, func() {
			tell(verdict{i + 1, fmt.Sprintf("hang: a schedule took longer than %s", *patience)})
		})
		res := sim.Run(*first+uint64(i), nil)
		watch.Stop()
		if res.Err != nil {
			tell(verdict{i + 1, res.Err.Error()})
		}
	}
	tell(verdict{Schedules: *count})
}

// tell prints v, and ends the process.
func tell(v verdict) {
	if err := json.NewEncoder(os.Stdout).Encode(v); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
