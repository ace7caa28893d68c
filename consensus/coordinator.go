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
	held      [MaxMembers]uint16 // whom each vote named as holders of leases
	best      int64              // the highest vrnd in the RSVPs
	cval      []byte             // best's value; once nominated, the nomination
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

// vote counts a vote that names holders, and reports whether the value is
// chosen. A vote that is repeated may name less: each time that the voter did
// not hold a member shows for good that the member can read nothing older by
// this voter's lease. (What it held before has ended; what it grants later
// tells a seen that covers this vote.)
func (c *coordinator) vote(from int, r int64, held members, n int) bool {
	if r != c.round || !c.nominated {
		return false
	}
	if c.votes.has(from) {
		held &= members(c.held[from])
	}
	c.votes = c.votes.with(from)
	c.held[from] = uint16(held)
	return c.clear(n).majority(n)
}

// clear are those of the n members who voted and named no holder that has not.
// The holder rule asks for a majority of them: of a mutation that is chosen
// every holder of a lease that may count knows.
func (c *coordinator) clear(n int) members {
	var clear members
	for i := range n {
		if c.votes.has(i) && members(c.held[i])&^c.votes == 0 {
			clear = clear.with(i)
		}
	}
	return clear
}

// reject hears that an acceptor promised a higher round than r.
func (c *coordinator) reject(from int, r, promised int64) {
	c.told = max(c.told, promised)
	if r == max(c.round, 1) {
		c.rejects = c.rejects.with(from)
	}
}
