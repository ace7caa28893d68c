package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

// window is a fault that was, on the history's clock.
type window struct {
	fault
	begun, ended int64
	alone        bool // no other was near, and the cluster was whole when it began
}

// injector makes faults happen, and undoes them.
type injector struct {
	c       *cluster
	hist    *history
	timeout time.Duration // of the nodes
	say     func(format string, args ...any)

	replacing sync.WaitGroup
	active    map[int]window // by index: those that last
	calm      map[int]int64  // by place: until when it is not counted on
	stops     map[int]int    // by place: what keeps it stopped
	unplugs   map[int]int    // by place: what keeps it off the network
	windows   []window       // those that were
	skipped   int            // kills that would have cost a majority
	errs      []error        // what could not be done
	errsMu    sync.Mutex
}

func newInjector(c *cluster, h *history, timeout time.Duration, say func(string, ...any)) *injector {
	return &injector{
		c: c, hist: h, timeout: timeout, say: say,
		active: make(map[int]window), calm: make(map[int]int64),
		stops: make(map[int]int), unplugs: make(map[int]int),
	}
}

// run goes through the faults, and undoes at the end what is left. A
// deadly fault that has to wait puts off all that follow.
func (in *injector) run(ctx context.Context, faults []fault, whole time.Duration) error {
	begun := time.Now()
	skip := make(map[int]bool)
	for _, t := range turns(faults) {
		f := faults[t.fault]
		if skip[t.fault] {
			continue
		}
		if !t.ends && time.Since(begun)+f.lasts > whole || !pause(ctx, time.Until(begun.Add(t.when))) {
			skip[t.fault] = true
			continue
		}
		if t.ends {
			in.end(ctx, t.fault)
			continue
		}
		waited := time.Now()
		if f.kind.deadly() && !in.await(ctx, f.at) {
			in.skipped++
			skip[t.fault] = true
			in.say("not done, as it could cost a majority: %v", f)
			continue
		}
		begun = begun.Add(time.Since(waited))
		in.begin(ctx, t.fault, f)
	}
	in.heal(ctx)
	in.replacing.Wait()
	if ctx.Err() != nil {
		return nil // what could not be done then is no wonder
	}
	in.errsMu.Lock()
	defer in.errsMu.Unlock()
	return errors.Join(in.errs...)
}

// heal undoes all that lasts.
func (in *injector) heal(ctx context.Context) {
	for i := range in.active {
		in.end(ctx, i)
	}
}

func (in *injector) begin(ctx context.Context, i int, f fault) {
	whole := in.whole(ctx)
	in.active[i] = window{fault: f, begun: in.hist.now(), alone: whole}
	in.say("%v, for %v", f, ms(f.lasts))
	in.fail(in.do(f))
}

// whole tells whether every slot has a member that takes writes. Who cannot
// tell at once does not have to.
func (in *injector) whole(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, settle/10)
	defer cancel()
	return in.c.complete(ctx) == nil
}

func (in *injector) end(ctx context.Context, i int) {
	w := in.active[i]
	delete(in.active, i)
	in.fail(in.undo(ctx, w.fault))
	w.ended = in.hist.now()
	in.windows = append(in.windows, w)
	for p := range in.c.places {
		if w.touches(p) {
			in.calm[p] = w.ended + int64(settle)
		}
	}
}

func (in *injector) fail(err error) {
	if err != nil {
		in.errsMu.Lock()
		defer in.errsMu.Unlock()
		in.errs = append(in.errs, err)
	}
}
