// Command chaos tests Doozer with real processes under real faults: clusters of doozerd, each
// node in a network namespace of its own, whose nodes are killed, stopped and cut
// off from each other, under a load of reads, writes and watches. All that clients saw is
// checked: every file's history for linearizability, every watch for order,
// doubles and gaps, every acknowledged write for being there, all trees for being
// the same.
//
//	chaos [-nodes 3,5] [-time 60s] [-seed n]
//	chaos -kills 20 [-silent]
//
// The second form measures for how long writes and reads pause when a member is
// killed.
//
// It takes root and the command ip for namespaces; without them all nodes are on
// loopback, no link is cut, and it says so. The exit status is 1 if a promise was
// broken (or nothing could be tested), and the nodes' logs and the histories are kept then.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// options is what the command line says.
type options struct {
	nodes    string
	faults   string
	seed     uint64
	span     time.Duration
	timeout  time.Duration
	pace     time.Duration
	kills    int
	silent   bool
	bin      string
	dir      string
	loopback bool
	keep     bool
}

func main() {
	opt := new(options)
	flag.StringVar(&opt.nodes, "nodes", "3,5", "the `sizes` of the clusters, one after the other")
	flag.StringVar(&opt.faults, "faults", "", "the `kinds` of faults, as in kill,nap,isolate (default all that can be)")
	flag.Uint64Var(&opt.seed, "seed", rand.Uint64()>>32, "what the faults and the load are drawn from")
	flag.DurationVar(&opt.span, "time", time.Minute, "how long faults happen, for each size")
	flag.DurationVar(&opt.timeout, "timeout", 2*time.Second, "doozerd's -timeout")
	flag.DurationVar(&opt.pace, "pace", 4*time.Millisecond, "the time between two operations of a worker")
	flag.IntVar(&opt.kills, "kills", 0, "measure that many kills of a member instead")
	flag.BoolVar(&opt.silent, "silent", false, "with -kills: the member's machine goes with it, and resets no connection")
	flag.StringVar(&opt.bin, "doozerd", "./bin/doozerd", "the doozerd to test")
	flag.StringVar(&opt.dir, "dir", "", "where to make a folder for logs (default the system's for temporary files)")
	flag.BoolVar(&opt.loopback, "loopback", false, "no namespaces")
	flag.BoolVar(&opt.keep, "keep", false, "keep the logs in any case")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := opt.run(ctx); err != nil {
		stop()
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func (opt *options) run(ctx context.Context) error {
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	if _, err := parseKinds(opt.faults); err != nil {
		return err
	}
	if opt.kills > 0 {
		return opt.test(ctx, 3, 0, time.Duration(opt.kills)*patience, opt.measure)
	}
	for _, size := range strings.Split(opt.nodes, ",") {
		slots, err := strconv.Atoi(size)
		if err != nil || slots < 3 {
			return fmt.Errorf("-nodes: %q is not a number from 3 on", size)
		}
		spares := rand.New(rand.NewPCG(opt.seed, uint64(slots))).IntN(2)
		if err := opt.test(ctx, slots, spares, 2*opt.span, storm); err != nil {
			return err
		}
	}
	return nil
}

// storm runs a campaign of faults.
func storm(ctx context.Context, m *campaign, w network) error {
	fmt.Fprintf(m.out, "faults for %v; -timeout is %v\n", m.opt.span, m.opt.timeout)
	return m.run(ctx, w)
}

// test has what run on a network of its own, and cleans up.
func (opt *options) test(ctx context.Context, slots, spares int, most time.Duration, what func(context.Context, *campaign, network) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, most+4*patience)
	defer cancel()
	dir, err := os.MkdirTemp(opt.dir, "chaos-")
	if err != nil {
		return err
	}
	w, why := newNetwork(ctx, slots+spares, opt.loopback)
	if why != nil {
		fmt.Printf("no namespaces: %v\n", why)
	}
	defer func() {
		err = errors.Join(err, w.close())
		if err == nil && !opt.keep {
			err = os.RemoveAll(dir)
			return
		}
		fmt.Printf("logs are in %s; repeat with -seed %d -nodes %d -time %v -timeout %v\n", dir, opt.seed, slots, opt.span, opt.timeout)
	}()
	fmt.Printf("seed %d: %d members and %d spare, %s\n", opt.seed, slots, spares, w.describe())
	return what(ctx, &campaign{opt: opt, slots: slots, spares: spares, seed: opt.seed + uint64(slots), dir: dir, out: os.Stdout}, w)
}
