package main

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"time"

	"github.com/ha/doozer/client"
)

// window is a fault that was, on the history's clock.
type window struct {
	fault
	begun, ended int64
	alone        bool // no other was near
}

// injector makes faults happen, and undoes them.
type injector struct {
	c       *cluster
	hist    *history
	timeout time.Duration // of the nodes
	say     func(format string, args ...any)

	replacing sync.WaitGroup
	active    map[int]fault // by index
	since     map[int]int64 // when they began
	calm      map[int]int64 // by place: until when it is not counted on
	stops     map[int]int   // by place: what keeps it stopped
	unplugs   map[int]int   // by place: what keeps it off the network
	windows   []window      // those that were
	skipped   int           // kills that would have cost a majority
	errs      []error       // what could not be done
	errsMu    sync.Mutex
}

func newInjector(c *cluster, h *history, timeout time.Duration, say func(string, ...any)) *injector {
	return &injector{
		c: c, hist: h, timeout: timeout, say: say,
		active: make(map[int]fault), since: make(map[int]int64), calm: make(map[int]int64),
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
			in.end(ctx, t.fault, f)
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
	for i, f := range in.active {
		in.end(ctx, i, f)
	}
}

func (in *injector) begin(ctx context.Context, i int, f fault) {
	in.active[i] = f
	in.since[i] = in.hist.now()
	in.say("%v, for %v", f, f.lasts.Round(time.Millisecond))
	in.fail(in.do(ctx, f))
}

func (in *injector) end(ctx context.Context, i int, f fault) {
	in.fail(in.undo(ctx, f))
	now := in.hist.now()
	delete(in.active, i)
	in.windows = append(in.windows, window{fault: f, begun: in.since[i], ended: now})
	for p := range in.c.places {
		if f.touches(p) {
			in.calm[p] = now + int64(settle)
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

// do begins a fault.
func (in *injector) do(ctx context.Context, f fault) error {
	p := in.c.places[f.at]
	switch f.kind {
	case kill:
		p.now().kill()
	case vanish:
		err := in.plug(f.at, false)
		p.now().kill()
		return err
	case nap, sleep:
		in.stops[f.at]++
		p.now().signal(syscall.SIGSTOP)
	case unplug:
		return in.plug(f.at, false)
	default:
		return in.links(f, in.c.net.cut)
	}
	return nil
}

// undo ends a fault.
func (in *injector) undo(ctx context.Context, f fault) error {
	p := in.c.places[f.at]
	switch f.kind {
	case kill, vanish:
		in.replacing.Go(func() { in.fail(in.c.replace(ctx, f.at, f.moved)) })
		if f.kind == vanish {
			return in.plug(f.at, true)
		}
	case nap, sleep:
		if in.stops[f.at]--; in.stops[f.at] == 0 {
			p.now().signal(syscall.SIGCONT)
		}
	case unplug:
		return in.plug(f.at, true)
	default:
		return in.links(f, in.c.net.mend)
	}
	return nil
}

// plug takes a place off the network or puts it back, when nothing else keeps
// it off.
func (in *injector) plug(place int, back bool) error {
	if back {
		in.unplugs[place]--
	} else {
		in.unplugs[place]++
	}
	if in.unplugs[place] == 0 || !back && in.unplugs[place] == 1 {
		return in.c.net.plug(place, back)
	}
	return nil
}

// links does something to each link of a fault.
func (in *injector) links(f fault, change func(from, to int) error) error {
	var errs []error
	both := func(a, b int, out, back bool) {
		if out {
			errs = append(errs, change(a, b))
		}
		if back {
			errs = append(errs, change(b, a))
		}
	}
	switch f.kind {
	case oneway, pair:
		both(f.at, f.to, true, f.kind == pair)
	case shy:
		both(f.at, tester, true, false)
	default:
		for p := range in.c.places {
			if p != f.at {
				both(f.at, p, f.kind != deaf, f.kind != mute)
			}
		}
	}
	return errors.Join(errs...)
}

// await waits until the cluster can do without whoever lives at a place, for ever; false:
// it did not come to that in time.
func (in *injector) await(ctx context.Context, place int) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*in.timeout+settle)
	defer cancel()
	for {
		var list []member
		err := in.c.ask(ctx, func(ctx context.Context, one *client.Client) (err error) {
			list, err = members(ctx, one)
			return err
		})
		if err == nil && mayDie(list, in.sound(), in.idAt(place)) {
			return true
		}
		if !pause(ctx, 50*time.Millisecond) {
			return false
		}
	}
}

func (in *injector) idAt(place int) string {
	_, id := in.c.places[place].now().where()
	return id
}

// sound says of the ids of all that live whether they can be counted on.
func (in *injector) sound() map[string]bool {
	ids := make(map[string]bool)
	now := in.hist.now()
	for i, p := range in.c.places {
		if proc := p.now(); proc.alive() {
			ids[in.idAt(i)] = now >= in.calm[i] && !in.touched(i)
		}
	}
	delete(ids, "") // it does not serve yet
	return ids
}

func (in *injector) touched(place int) bool {
	for _, f := range in.active {
		if f.touches(place) {
			return true
		}
	}
	return false
}

// mayDie tells whether a cluster can go on for ever without a node, given its
// slots and of all that live whether they are sound. What its members know is in their memory alone,
// so a majority of them must never die: neither of those that are
// members now, nor of those that will be when the unsound ones are removed, nor of
// those that were before members came that do not take writes yet. So the
// sound that remain have to be more than the dead and the new.
func mayDie(list []member, sound map[string]bool, victim string) bool {
	remain, dead := 0, 1
	for _, m := range list {
		ok, lives := sound[m.id]
		switch {
		case m.id == "" || m.id == victim:
		case !lives || !m.writable:
			dead++
		case ok:
			remain++
		}
	}
	return victim != "" && remain > dead
}
