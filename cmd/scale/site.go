package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/ha/doozer/consensus"
)

// site is where a member is, with clients beside it.
type site struct {
	n       *node
	sets    []answered      // that its clients wrote
	seen    map[int64]int64 // when revisions were applied
	unknown int             // SETs whose outcome stayed so
	pause   time.Duration   // the longest time from one answer to the next
}

// answered is a SET that was.
type answered struct {
	rev, at int64
	took    time.Duration
}

func newSite(n *node) *site {
	s := &site{n: n, seen: make(map[int64]int64)}
	n.applied = func(e consensus.Entry) int64 {
		s.seen[e.Seqn] = n.w.now
		return 0
	}
	return s
}

// write has a client write so many times, one SET after the other, with a rest between; -1: for ever.
func (s *site) write(rest time.Duration, times int) {
	if times == 0 {
		return
	}
	w, begun := s.n.w, s.n.w.now
	s.n.set([]byte("mutation"), func(d consensus.Done) {
		if d.Status == consensus.OK {
			s.pause = max(s.pause, s.silence())
			s.sets = append(s.sets, answered{d.Seqn, w.now, time.Duration(w.now - begun)})
		} else {
			s.unknown++
		}
		w.after(int64(rest), func() { s.write(rest, times-1) })
	})
}

// silence is for how long nothing was answered.
func (s *site) silence() time.Duration {
	if len(s.sets) == 0 {
		return 0
	}
	return time.Duration(s.n.w.now - s.sets[len(s.sets)-1].at)
}

// took is how long the SETs took, in the middle.
func (s *site) took() time.Duration {
	var all []time.Duration
	for _, a := range s.sets {
		all = append(all, a.took)
	}
	return quantile(all, 0.5)
}

// after is how long after the answers to another site's SETs this one had applied them, in the middle.
func (s *site) after(writer *site) time.Duration {
	var all []time.Duration
	for _, a := range writer.sets {
		all = append(all, time.Duration(max(0, s.seen[a.rev]-a.at)))
	}
	return quantile(all, 0.5)
}

// get has a client read, under a lease if there is one, and tells how long that took.
func (s *site) get(done func(time.Duration)) {
	if s.n.leased() {
		done(0)
		return
	}
	begun := s.n.w.now
	s.n.read(func(consensus.Done) { done(time.Duration(s.n.w.now - begun)) })
}

// quantile is the value that a share q of the values, from 0 to 1, is below; 0 of none.
func quantile[T cmp.Ordered](values []T, q float64) (v T) {
	if len(values) == 0 {
		return v
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
