package main

import (
	"context"
	"errors"
	"syscall"
)

// do begins a fault.
func (in *injector) do(f fault) error {
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
