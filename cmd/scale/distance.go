package main

import "time"

// far is what distance makes of a cluster; where there is a list, a value for each site.
type far struct {
	lone    []time.Duration // a SET, while nobody else writes
	all     []time.Duration // a SET, while all write
	unknown int             // SETs of all these that had no outcome
	quiet   []time.Duration // a GET while nobody writes: 99 in 100 are done by then
	busy    []time.Duration // a GET while all write: half are
	asked   []time.Duration // a GET without leases, while nobody writes
	event   []time.Duration // from the answer to a SET at the first site to a watch at this one
	killed  time.Duration   // the longest time from one answer to the next at any other site, when a member is killed
	silent  time.Duration   // and when its machine falls silent
}

// measure finds all that, with three quarters of fill for a lease.
func (p *placement) measure(fill time.Duration) (*far, error) {
	f := &far{}
	for _, part := range []func(*far, time.Duration) error{p.alone, p.together, p.idle, p.failover} {
		if err := part(f, fill); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// alone has one site after the other write.
func (p *placement) alone(f *far, fill time.Duration) error {
	w, sites, err := p.world(fill, 0)
	if err != nil {
		return err
	}
	for _, s := range sites {
		s.write(7*time.Millisecond, 50)
		if err := w.run(20 * time.Second); err != nil {
			return err
		}
		f.lone = append(f.lone, s.took())
		f.unknown += s.unknown
	}
	for _, s := range sites {
		f.event = append(f.event, s.after(sites[0]))
	}
	return nil
}

// together has four clients write at each site, and one read.
func (p *placement) together(f *far, fill time.Duration) error {
	w, sites, err := p.world(fill, 0)
	if err != nil {
		return err
	}
	for i, s := range sites {
		for c := range 4 {
			w.after(int64(4*i+c)*ms, func() { s.write(7*time.Millisecond, -1) })
		}
	}
	took, err := reads(w, sites, 10*time.Second)
	for i, s := range sites {
		f.all = append(f.all, s.took())
		f.busy = append(f.busy, quantile(took[i], 0.5))
		f.unknown += s.unknown
	}
	return err
}

// idle has each site read while nobody writes, with leases and without.
func (p *placement) idle(f *far, fill time.Duration) error {
	for _, lease := range []time.Duration{0, -1} {
		w, sites, err := p.world(fill, lease)
		if err != nil {
			return err
		}
		took, err := reads(w, sites, 5*time.Second)
		if err != nil {
			return err
		}
		for _, t := range took {
			if lease == 0 {
				f.quiet = append(f.quiet, quantile(t, 0.99))
			} else {
				f.asked = append(f.asked, quantile(t, 0.99))
			}
		}
	}
	return nil
}

// reads has each site read all the time, and tells how long that took.
func reads(w *world, sites []*site, span time.Duration) ([][]time.Duration, error) {
	took := make([][]time.Duration, len(sites))
	for end := w.now + int64(span); w.now < end; {
		for i, s := range sites {
			s.get(func(d time.Duration) { took[i] = append(took[i], d) })
		}
		if err := w.run(3 * time.Millisecond); err != nil {
			return nil, err
		}
	}
	return took, w.run(time.Second)
}

// failover kills members in both ways.
func (p *placement) failover(f *far, fill time.Duration) error {
	for k := range p.trips {
		killed, err := p.without(k, false, fill)
		if err != nil {
			return err
		}
		silent, err := p.without(k, true, fill)
		if err != nil {
			return err
		}
		f.killed, f.silent = max(f.killed, killed), max(f.silent, silent)
	}
	return nil
}

// without kills a member while all write, and tells for how long another one got no answer.
func (p *placement) without(k int, silent bool, fill time.Duration) (pause time.Duration, err error) {
	w, sites, err := p.world(fill, 0)
	if err != nil {
		return 0, err
	}
	for _, s := range sites {
		s.write(0, -1)
	}
	if err := w.run(3*time.Second + time.Duration(k)*7*time.Millisecond); err != nil {
		return 0, err
	}
	w.nodes[k].kill(silent)
	for _, s := range sites {
		s.pause = 0
	}
	err = w.run(10 * time.Second)
	for i, s := range sites {
		if i != k {
			pause = max(pause, s.pause, s.silence())
		}
	}
	return pause, err
}
