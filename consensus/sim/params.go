package sim

import (
	"math/rand/v2"
	"time"

	"github.com/ha/doozer/consensus"
)

// Params are all that chance decides beforehand about a schedule. Durations are
// virtual nanoseconds.
type Params struct {
	Seed    uint64
	Alpha   int64
	Members int   // of the last config that the schedule starts with
	Extra   int   // nodes beside them: followers, or members of the configs before
	History int   // configs that change within the first alpha seqns
	Base    int64 // a revision below which the schedule does not start, as in a cluster that was restored

	Fill, Timeout  int64
	Lease          int64 // 0: by Fill; negative: none
	Uneven         bool  // of some nodes both are shorter
	LogBytes       int64
	LogSeqns       int64
	Changes        int // kept by a store
	MaxInflight    int64
	TickLo, TickHi int64
	Skew           float64 // a clock's rate lies within 1 +- Skew
	Edge           bool    // at one of the two ends of that
	Busy           float64 // chance that a node's loop lets inputs gather, up to BusyMax
	BusyMax        int64

	DelayLo, DelayHi int64 // of a packet
	Far              float64
	FarMax           int64 // chance, and size, of a delay far above the others
	Loss, Double     float64
	Split            float64 // chance that a packet's messages go separate ways
	Transfer         int64   // a snapshot takes up to so long

	FaultTime  int64 // faults come for so long
	FaultEvery int64 // one each so often, on average
	FaultSpan  int64 // and lasts up to so long
	Weights    [numFaults]int

	Forge    float64 // chance that one who is no member answers in a member's place
	Stranger bool    // somebody who is no node says all sorts of things

	Keys      int
	Ops       int // proposals and reads while there are faults
	OpEvery   int64
	Pad       int     // ballast of a mutation, up to so many bytes
	PRead     float64 // share of reads
	PCAS      float64 // share of conditional ones among the writes
	PDel      float64 // share of deletions among the writes
	PDirect   float64 // share of reads that ask for a lease before they wait for the machine
	Burst     int     // of that many operations at a node at once, at most
	Watchers  int
	PChase    float64 // chance that a read elsewhere follows an acknowledgement at once
	PHeldBack float64 // chance that an operation goes to a node that a fault holds back
	MaxSteps  int     // ticks aside; more are taken for a storm of messages that breed; 0: no limit
	Quiet     bool    // ends with a check that the log stands still without load
}

const (
	us = int64(time.Microsecond)
	ms = int64(time.Millisecond)
)

// pick returns one of the choices.
func pick[T any](r *rand.Rand, choices ...T) T { return choices[r.IntN(len(choices))] }

// span returns a duration in [lo, hi].
func span(r *rand.Rand, lo, hi int64) int64 {
	if hi <= lo {
		return lo
	}
	return lo + r.Int64N(hi-lo+1)
}

func chance(r *rand.Rand, p float64) bool { return p > 0 && r.Float64() < p }

// Draw decides a schedule by its seed.
func Draw(seed uint64) Params {
	r := rand.New(rand.NewPCG(seed, 1))
	p := Params{
		Seed:    seed,
		Members: pick(r, 3, 3, 3, 3, 3, 3, 3, 1, 2, 4, 5, 5),
		Extra:   pick(r, 0, 0, 1, 1, 2),
		Fill:    span(r, 8*ms, 40*ms),
		Timeout: span(r, 80*ms, 320*ms),
		TickLo:  2 * ms, TickHi: 5 * ms,
		Skew: pick(r, 0, consensus.ClockError/5, consensus.ClockError, consensus.ClockError), Edge: chance(r, 0.6),
		Quiet: chance(r, 0.1), MaxSteps: 200000,
	}
	p.Uneven = chance(r, 0.15)
	if chance(r, 0.05) {
		p.TickLo, p.TickHi = 100*us, 300*us
	}
	p.drawWindow(r)
	p.drawNetwork(r)
	p.drawFaults(r)
	p.drawLoad(r)
	p.Base = pick[int64](r, 0, 0, 0, 1e15, 1<<53-2000)
	return p
}

// drawWindow draws alpha, which is small most of the time: configs then change
// within the span of what is under way.
func (p *Params) drawWindow(r *rand.Rand) {
	p.Alpha = max(4, int64(2*p.Members+1+r.IntN(4)))
	switch {
	case chance(r, 0.06):
		p.Alpha = 1024
	case chance(r, 0.12):
		p.Alpha = 64
	case chance(r, 0.4):
		p.History = 1 + r.IntN(int(min(p.Alpha, 6)))
		p.Extra += r.IntN(3)
	}
	p.Lease = pick(r, 0, 0, 0, span(r, p.Fill/8, p.Fill), p.Fill, -1)
	p.LogBytes = pick[int64](r, 0, 0, 1<<20, 400, 2000)
	p.LogSeqns = pick(r, 0, 0, p.Alpha, 3*p.Alpha)
	p.Changes = pick(r, 1, 4, 20, 200)
	p.MaxInflight = pick[int64](r, 0, 0, 200, 2000)
}

func (p *Params) drawNetwork(r *rand.Rand) {
	p.DelayLo = span(r, 20*us, 500*us)
	p.DelayHi = p.DelayLo + span(r, 0, pick(r, ms/5, 2*ms, 8*ms))
	if chance(r, 0.15) {
		p.DelayLo, p.DelayHi = 10*us, 50*us
	}
	if chance(r, 0.3) {
		p.Far, p.FarMax = r.Float64()*0.05, span(r, 5*ms, 60*ms)
	}
	if chance(r, 0.4) {
		p.Loss = r.Float64() * 0.2
	}
	if chance(r, 0.4) {
		p.Double = r.Float64() * 0.2
	}
	if chance(r, 0.5) {
		p.Split = r.Float64()
	}
	p.Transfer = pick(r, 10*ms, 10*ms, 80*ms)
	if chance(r, 0.5) {
		p.Busy, p.BusyMax = r.Float64()*0.5, span(r, 0, 2*ms)
	}
}

// drawRate draws the rate of a clock. All are within Skew of true time: so two
// may differ by twice as much as ClockError says, which the two margins of a
// lease, at its holder and at its grantor, are just enough for.
func (p *Params) drawRate(r *rand.Rand) float64 {
	if p.Edge {
		return 1 + pick(r, -p.Skew, p.Skew, p.Skew)
	}
	return 1 + (2*r.Float64()-1)*p.Skew
}

// drawTimes draws a node's fill and its lease.
func (p *Params) drawTimes(r *rand.Rand) (fill, lease int64) {
	if !p.Uneven || chance(r, 0.5) {
		return p.Fill, p.Lease
	}
	fill = span(r, p.Fill/2, p.Fill)
	return fill, pick(r, -1, 0, span(r, fill/8, fill))
}

// drawFaults draws a weight for each kind of fault, many of them zero: a
// schedule with some kinds in plenty finds what a mixture of all does not.
func (p *Params) drawFaults(r *rand.Rand) {
	p.FaultTime = span(r, 50*ms, pick(r, 150*ms, 400*ms))
	p.FaultEvery = span(r, 5*ms, 60*ms)
	p.FaultSpan = span(r, 5*ms, pick(r, 60*ms, 300*ms))
	p.Stranger = chance(r, 0.1)
	if chance(r, 0.15) {
		p.Forge = 0.2
	}
	for i := range p.Weights {
		if chance(r, 0.4) {
			p.Weights[i] = 1 + r.IntN(8)
		}
	}
}

func (p *Params) drawLoad(r *rand.Rand) {
	p.Keys = 1 + r.IntN(maxKeys)
	p.Ops = 8 + r.IntN(pick(r, 24, 48, 96))
	p.OpEvery = p.FaultTime / int64(p.Ops)
	p.PRead = pick(r, 0.3, 0.5, 0.7)
	p.PCAS = pick(r, 0, 0.2, 0.6)
	p.PDel = pick(r, 0, 0.1, 0.4)
	p.PDirect = pick(r, 0.5, 0.9, 1)
	p.Burst = pick(r, 1, 1, 8)
	p.Watchers = pick(r, 0, 1, 1, 2)
	p.PChase = pick(r, 0, 0.3, 0.8)
	p.PHeldBack = pick(r, 0, 0.3, 0.7)
	if chance(r, 0.2) {
		p.Pad = 100 + r.IntN(400)
	}
}
