package consensus

import "math/bits"

// coordinator runs one round of one seqn at a time, and counts. Members are
// numbered by their place in the seqn's config.
//
// Invariants: round only grows. nominated never goes from true to false
// within a round, so that at most one value is ever nominated per seqn and
// round. A round above 1 nominates what its RSVPs tell, never a value of the
// coordinator's own.
type coordinator struct {
	round     int64   // the round that it runs; 0: none
	nominated bool    // the round's value is fixed: cval
	told      int64   // the highest promise that it was told of
	rejects   members // who told so, of this round; before any, of round 1
	rsvps     members
	votes     members
	best      int64  // the highest vrnd in the RSVPs
	cval      []byte // best's value; once nominated, the nomination
}

// members is a set of places in a config.
type members uint64

func (s members) has(i int) bool       { return s&(1<<i) != 0 }
func (s members) with(i int) members   { return s | 1<<i }
func (s members) majority(of int) bool { return bits.OnesCount64(uint64(s)) >= of/2+1 }

// blocks reports whether those of a config of so many that are not in s are
// less than a majority.
func (s members) blocks(of int) bool { return of-bits.OnesCount64(uint64(s)) < of/2+1 }

// open starts round r, which must be above the one that ran.
func (c *coordinator) open(r int64) {
	if r <= c.round {
		panic("consensus: a round was opened twice")
	}
	next := coordinator{round: r, told: c.told}
	if r == 1 {
		next.rejects = c.rejects
	}
	*c = next
}

// propose fixes the value of round 1, which needs no RSVP. Only the seqn's
// owner may do so, once.
func (c *coordinator) propose(v []byte) {
	c.open(1)
	c.nominated, c.cval = true, v
}

// rsvp counts an answer to INVITE, and reports whether the round's value was
// fixed by it: the one with the highest vrnd, or nop if nobody had voted.
func (c *coordinator) rsvp(from int, r, vrnd int64, vval []byte, n int) bool {
	if r != c.round || r == 1 || c.nominated {
		return false
	}
	c.rsvps = c.rsvps.with(from)
	if vrnd > c.best {
		c.best, c.cval = vrnd, vval
	}
	c.nominated = c.rsvps.majority(n)
	return c.nominated
}

// vote counts a vote, and reports whether a quorum has voted.
func (c *coordinator) vote(from int, r int64, n int) bool {
	if r != c.round || !c.nominated {
		return false
	}
	c.votes = c.votes.with(from)
	return c.votes.majority(n)
}

// reject hears that an acceptor promised a higher round than r.
func (c *coordinator) reject(from int, r, promised int64) {
	c.told = max(c.told, promised)
	if r == max(c.round, 1) {
		c.rejects = c.rejects.with(from)
	}
}
