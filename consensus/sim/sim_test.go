package sim

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/bmizerany/assert"
)

// The flags of `go test`. Package consensus's own tests take them too, so that
// one command may name both packages.
var (
	seed      = flag.Uint64("seed", 0, "replay the schedule of this seed, with a trace")
	simtime   = flag.Duration("simtime", 20*time.Second, "how long to run schedules of fresh seeds")
	schedules = flag.Int("schedules", 0, "run so many schedules of fresh seeds, however long that takes")
)

// fixedSeeds are run each time: 1 to this.
const fixedSeeds = 1000

func TestMain(m *testing.M) {
	flag.Parse()
	debug.SetGCPercent(800) // many short lives
	os.Exit(m.Run())
}

// TestSim runs schedules of fixed and of fresh seeds; or replays one.
func TestSim(t *testing.T) {
	if *seed != 0 {
		replay(t, *seed)
		return
	}
	fixed := fixedSeeds
	if testing.Short() {
		fixed /= 10
	}
	report(t, "fixed seeds", RunMany(1, fixed, time.Time{}, runtime.GOMAXPROCS(0)))
	if testing.Short() && *schedules == 0 {
		return
	}
	first := uint64(time.Now().UnixNano())
	report(t, fmt.Sprintf("seeds from %d on", first),
		RunMany(first, *schedules, time.Now().Add(*simtime), runtime.GOMAXPROCS(0)))
}

func report(t *testing.T, what string, sum Summary) {
	fmt.Printf("sim: %s: %d schedules, %d of them to a live end, %d steps, %d failed\n",
		what, sum.Schedules, sum.Live, sum.Steps, len(sum.Failed))
	had := &sum.Tally
	fmt.Printf("sim: %.2f hours of clusters in %.0f s, so %.0f in an hour; %d writes, %d reads (%d at once, under a lease), "+
		"%d changes watched, %d snapshots; porcupine gave up on %d histories\n",
		sum.Time.Hours(), sum.Took.Seconds(), sum.Rate(), had.Writes, had.Reads, had.Leased, had.Events, had.Snapshots, had.Unfinished)
	for _, res := range sum.Failed {
		t.Errorf("%v\nreplay: go test ./consensus/... -run Sim -seed %d", res.Err, res.Seed)
	}
}

func replay(t *testing.T, seed uint64) {
	res := Run(seed, os.Stdout)
	fmt.Printf("sim: seed %d: %d steps, to a live end: %v\n", seed, res.Steps, res.Live)
	if res.Err != nil {
		t.Errorf("%v\n%s", res.Err, res.Dump)
	}
}

// TestSimReplays holds the promise that a seed replays exactly.
func TestSimReplays(t *testing.T) {
	if *seed != 0 {
		t.Skip("one seed is being replayed")
	}
	for s := uint64(1); s <= 50; s++ {
		a, b := Run(s, nil), Run(s, nil)
		assert.Equal(t, a.Hash, b.Hash)
		assert.Equal(t, a.Steps, b.Steps)
	}
}
