package main

import "time"

// served is what came of a fanout.
type served struct {
	told           []time.Duration // of each SET: from when it was committed until the last watcher was told
	sets           []time.Duration // until they were answered
	behind         int             // changes that watchers had not been told of when the time to catch up was over
	member, server load            // of the busiest
	moved          int
	again          time.Duration // as of fanout
}

// load is a node's.
type load struct {
	cores float64
	bits  float64 // a second, that it sends
}

// catchUp is how long watchers have after the last SET, in virtual time.
const catchUp = 2 * time.Second

// run runs a plan.
func (p fanoutPlan) run() (*served, error) {
	f, err := newFanout(p)
	if err != nil {
		return nil, err
	}
	f.write()
	if err := f.w.run(f.warm); err != nil {
		return nil, err
	}
	if f.kill >= 0 {
		f.w.after(int64(f.span/2), f.die)
	}
	begin, before := len(f.sets), f.spent()
	f.took = nil
	if err := f.w.run(f.span); err != nil {
		return nil, err
	}
	end, after := len(f.sets), f.spent()
	f.rate = 0
	if err := f.w.run(catchUp); err != nil {
		return nil, err
	}
	r := &served{sets: f.took, moved: f.moved, again: f.again}
	servers := len(f.stations) - len(f.servers())
	r.member = busiest(before[:f.members], after[:f.members], f.span)
	r.server = busiest(before[servers:], after[servers:], f.span)
	r.told, r.behind = f.latencies(f.sets[begin:end]), f.behind()
	return r, nil
}

// spent is what each node used up so far.
func (f *fanout) spent() (all []spending) {
	for _, n := range f.w.nodes {
		all = append(all, n.host.spent)
	}
	return all
}

func busiest(before, after []spending, span time.Duration) (l load) {
	for i := range after {
		l.cores = max(l.cores, float64(after[i].cpu-before[i].cpu)/float64(span))
		l.bits = max(l.bits, 8*float64(after[i].bytes-before[i].bytes)/span.Seconds())
	}
	return l
}

// latencies are those of the SETs of which somebody is to be told. One that was with a node when that died may never have been done.
func (f *fanout) latencies(sets []change) (all []time.Duration) {
	for i := range sets {
		if s := &sets[i]; s.told > 0 {
			all = append(all, time.Duration(s.last-s.at))
		}
	}
	return all
}

// behind counts what watchers are still to be told of.
func (f *fanout) behind() (n int) {
	for _, c := range f.watching {
		n += len(f.truth[c.dir]) - c.told
	}
	return n
}
